import { anyOf, type DeathChecker } from './detector.ts'
import { networkError } from './network-error.ts'
import { sqlState } from './sql-state.ts'

// Class 28: wrong password, no such role, NOLOGIN, no line in pg_hba.conf. 3D000: no such database. Not
// 42501, 42704 and 22023, though a server may refuse a login with them: a failing `setup` or `settings`
// comes with the same codes, and a migration under way may mend it.
const refusedByServer = sqlState('28', '3D000')

// OpenSSL's verdicts on a certificate and Node's on its names (https://nodejs.org/api/tls.html#x509-certificate-error-codes).
// ERR_TLS_REFUSED: TLS is wanted, and the server has none, so that it can't prove anything.
// Not EPROTO and ERR_SSL_…: a proxy that restarts breaks handshakes, too.
const identityNotProven = networkError(
  'CERT_CHAIN_TOO_LONG',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_FORMAT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ERR_TLS_REFUSED',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
)

/**
 * The judge of failures to connect, as shipped: hopeless are authentication, a missing database and a TLS
 * identity that can't be proven. All else (refused, unreachable, starting up, too many connections) is
 * worth another attempt.
 *
 * @example
 * ```ts
 * import { anyOf, connect, defaultHopelessChecker, sqlState } from 'pg-supervisor'
 *
 * const connection = await connect({
 *   reconnect: { isHopeless: anyOf(defaultHopelessChecker, sqlState('42501')) },
 * })
 * ```
 */
export const defaultHopelessChecker: DeathChecker = anyOf(refusedByServer, identityNotProven)
