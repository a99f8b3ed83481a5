// What is to be said of a server that could not be reached, by codes alone: messages come in the server's language.
import type { Failure } from '../../errors/failure.ts'
import { type Finding, problem } from './finding.ts'

/** Where it was tried to go, and as whom. */
export interface Patient {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
}

type Diagnosis = (patient: Patient) => readonly [what: string, todo: string]

export function judgeFailure({ code = '', kind }: Failure, patient: Patient): Finding {
  const diagnosis =
    diagnoses.find(([codes]) => codes.test(code))?.[1] ?? (kind === 'timeout' ? noAnswer : unknown(code))
  const [what, todo] = diagnosis(patient)
  return problem(what, todo)
}

const noAnswer: Diagnosis = ({ host, port }) => [
  `nothing answers at ${host}:${port}: no refusal either, so a firewall, a security group or a wrong address swallows it`,
  `try \`nc -vz ${host} ${port}\` from this machine; open the port for it`,
]

const unknown =
  (code: string): Diagnosis =>
  ({ host, port }) => [
    `no session at ${host}:${port}${code === '' ? '' : ` (${code})`}`,
    "look into the server's log at this moment",
  ]

const diagnoses: readonly (readonly [RegExp, Diagnosis])[] = [
  [
    /^(ENOTFOUND|EAI_AGAIN)$/,
    ({ host }) => [
      `there is no address for the name ${host}`,
      'look at the spelling, and at the DNS of this machine or container',
    ],
  ],
  [
    /^ECONNREFUSED$/,
    ({ host, port }) => [
      `${host} is there, but nobody listens on port ${port}`,
      "is the server running, and is the port right? From other machines it listens only with listen_addresses = '*'",
    ],
  ],
  [
    /^(EHOSTUNREACH|ENETUNREACH)$/,
    ({ host }) => [`there is no way from here to ${host}`, 'look at the network, the VPN and the routes'],
  ],
  [/^ETIMEDOUT$/, noAnswer],
  [
    /^ENOENT$/,
    ({ host }) => [
      `there is no server socket in ${host}`,
      'is the server running? See unix_socket_directories on it',
    ],
  ],
  [
    /^(ECONNRESET|EPIPE)$/,
    ({ host, port }) => [
      `${host}:${port} took the connection and dropped it`,
      'is it PostgreSQL at all? A load balancer without a living server behind it does this, too',
    ],
  ],
  [
    /^28P01$/,
    ({ user, database }) => [
      `the password of ${user} for ${database} is wrong, or there is none`,
      `set it anew: alter role ${user} password '…'; special characters in a URL stand as %XX`,
    ],
  ],
  [
    /^28000$/,
    ({ user, database }) => [
      `the server does not let ${user} into ${database} from here, or does not know the role`,
      'see pg_hba.conf on the server (its log says which line); it may insist on TLS: sslmode=require or better',
    ],
  ],
  [/^3D000$/, ({ database }) => [`there is no database ${database}`, `createdb ${database}`]],
  [
    /^53300$/,
    ({ user }) => [
      `the server is full, or ${user} has as many connections as it may`,
      'select usename, count(*) from pg_stat_activity group by 1; lower `max` of the pools',
    ],
  ],
  [
    /^57P03$/,
    () => ['the server is starting up, shutting down or recovering', 'wait; its log says how far it is'],
  ],
  [
    /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT(_LOCALLY)?))$/,
    () => [
      "nobody whom this machine trusts vouches for the server's certificate",
      'name its authority: sslmode=verify-full&sslrootcert=/path/to/ca.pem',
    ],
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    ({ host }) => [
      `the server's certificate is not for the name ${host}`,
      'use the name that is in the certificate, or have one made for this name',
    ],
  ],
  [
    /^ERR_TLS_REFUSED$/,
    () => [
      'the server has no TLS',
      'set `ssl = on` on it; without, leave sslmode out where nobody listens in between',
    ],
  ],
  [/^CERT_HAS_EXPIRED$/, () => ["the server's certificate has expired", 'renew it, and reload the server']],
  [
    /^08P01$/,
    () => [
      'what answers does not speak as PostgreSQL does at login; PgBouncer says no like this',
      'is the database in the [databases] of the pooler, and the user in its userlist?',
    ],
  ],
]
