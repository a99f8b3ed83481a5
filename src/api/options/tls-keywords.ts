import { readFileSync } from 'node:fs'
import type { SecureVersion } from 'node:tls'
import { type OptionKind, oneOf } from './option-kind.ts'
import type { PgOptions } from './pg-options.ts'
import { refusedString } from './said.ts'

const anyText: OptionKind = { wanted: 'a string', holds: (value) => typeof value === 'string' }
const tlsVersion = oneOf('TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3')

export const tlsKeywordKinds: Readonly<Record<string, OptionKind>> = {
  sslmode: oneOf('disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'),
  sslrootcert: anyText,
  sslcert: anyText,
  sslkey: anyText,
  sslpassword: anyText,
  ssl_min_protocol_version: tlsVersion,
  ssl_max_protocol_version: tlsVersion,
}

/**
 * pg's reading of libpq's keywords (pg-connection-string 2.x): every mode but 'disable' and 'no-verify' proves the
 * server's identity, which is more than libpq does. The files are read anew at each call, and once now, so that a
 * wrong name is noticed at once.
 *
 * @returns undefined when nothing is said of TLS.
 */
export function tlsOf(said: ReadonlyMap<string, string>): (() => PgOptions['ssl']) | undefined {
  const isSaid = Object.keys(tlsKeywordKinds).some((keyword) => said.has(keyword))
  if (!isSaid) return said.get('sslnegotiation') === 'direct' ? () => true : undefined
  if (said.get('sslmode') === 'disable') return () => false
  const tls = () => tlsOptions(said)
  tls()
  return tls
}

function tlsOptions(said: ReadonlyMap<string, string>): PgOptions['ssl'] {
  const root = said.get('sslrootcert')
  return withoutUndefined({
    // Node's own list is as good as the system's.
    ca: root === 'system' ? undefined : contentOf('sslrootcert', root),
    cert: contentOf('sslcert', said.get('sslcert')),
    key: contentOf('sslkey', said.get('sslkey')),
    passphrase: said.get('sslpassword'),
    minVersion: said.get('ssl_min_protocol_version') as SecureVersion | undefined,
    maxVersion: said.get('ssl_max_protocol_version') as SecureVersion | undefined,
    rejectUnauthorized: said.get('sslmode') === 'no-verify' ? false : undefined,
  })
}

function contentOf(keyword: string, path: string | undefined): string | undefined {
  if (path === undefined) return undefined
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw refusedString(`\`${keyword}\` in it to name a file that can be read (${code})`)
  }
}

function withoutUndefined<Options extends object>(options: Options) {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [option in keyof Options]?: NonNullable<Options[option]> }
}
