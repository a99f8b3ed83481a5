// libpq's keywords in words of pg's. One that asks for what a supervised pg client can't do is refused, not passed over.
import { longestDelayMs } from '../../backoff/longest-delay.ts'
import { nearestName } from '../../errors/nearest-name.ts'
import type { Keyword } from './keyword-string.ts'
import { isText, type OptionKind, oneOf } from './option-kind.ts'
import type { PgOptions } from './pg-options.ts'
import { refusedString, type Said } from './said.ts'
import { connectTimeoutOf, digits, onlyWord, stringKinds } from './string-kinds.ts'
import { tlsKeywordKinds, tlsOf } from './tls-keywords.ts'

type Meaning = (value: string) => PgOptions

const meanings: Readonly<Record<string, Meaning>> = {
  // Where to connect is read from the lists of all of them; these two are what pg is told where there is one.
  host: (host) => ({ host }),
  port: (port) => ({ port: Number(port) }),
  dbname: (database) => ({ database }),
  user: (user) => ({ user }),
  password: (password) => ({ password }),
  options: (options) => ({ options }),
  application_name: (name) => ({ application_name: name }),
  fallback_application_name: (name) => ({ fallback_application_name: name }),
  // 'auto' is the locale's; pg reads UTF-8 whatever it is.
  client_encoding: (encoding) => (encoding === 'auto' ? {} : { client_encoding: encoding }),
  replication: (replication) => ({ replication }),
  keepalives: (isOn) => ({ keepAlive: Number(isOn) !== 0 }),
  keepalives_idle: (seconds) => ({
    keepAliveInitialDelayMillis: Math.min(Number(seconds) * 1000, longestDelayMs),
  }),
  channel_binding: (binding) => ({ enableChannelBinding: binding === 'prefer' }),
  sslnegotiation: (way) => ({ sslnegotiation: way as 'postgres' | 'direct' }),
}

const kinds: Readonly<Record<string, OptionKind>> = {
  ...stringKinds,
  ...tlsKeywordKinds,
  keepalives: digits,
  keepalives_idle: digits,
  channel_binding: oneOf('disable', 'prefer'),
  gssencmode: oneOf('disable', 'prefer'),
  gssdelegation: onlyWord('0'),
  requiressl: onlyWord('0'),
  min_protocol_version: onlyWord('3.0'),
}

/** PostgreSQL 18 docs, 34.1.2, without those above. */
const unsupported = new Set([
  ...['passfile', 'service', 'servicefile', 'require_auth', 'requirepeer', 'krbsrvname', 'gsslib'],
  ...['keepalives_interval', 'keepalives_count', 'tcp_user_timeout', 'max_protocol_version'],
  ...['sslcompression', 'sslcertmode', 'sslcrl', 'sslcrldir', 'sslsni', 'sslkeylogfile'],
  ...['scram_client_key', 'scram_server_key'],
  ...['oauth_issuer', 'oauth_client_id', 'oauth_client_secret', 'oauth_scope'],
])

const known = [...new Set([...Object.keys(meanings), ...Object.keys(kinds), 'connect_timeout'])].filter(
  (name) => name !== 'query_timeout',
)

export function readKeywords(keywords: readonly Keyword[]): Said {
  const said = new Map<string, string>()
  for (const { name, value } of keywords) {
    checkKeyword(name, value, said.has('password') || said.has('sslpassword'))
    // The last one counts; an empty value is none, as in libpq.
    if (value === '') said.delete(name)
    else said.set(name, value)
  }
  const options: PgOptions = Object.assign({}, ...[...said].map(([name, value]) => meanings[name]?.(value)))
  const tls = tlsOf(said)
  return {
    host: said.get('host'),
    hostaddr: said.get('hostaddr'),
    port: said.get('port'),
    options,
    ...(tls === undefined ? {} : { tls }),
    connectTimeoutMs: connectTimeoutOf(said.get('connect_timeout')),
    targetSessionAttrs: said.get('target_session_attrs'),
    loadBalanceHosts: said.get('load_balance_hosts'),
  }
}

function checkKeyword(name: string, value: string, isAfterPassword: boolean): void {
  if (unsupported.has(name)) throw refusedString(`no \`${name}\` in it (not supported by this version)`)
  if (!known.includes(name)) throw unknownKeyword(name, isAfterPassword)
  const kind = kinds[name]
  if (!isText(value)) throw refusedString('no NUL character in it')
  if (value !== '' && kind !== undefined && !kind.holds(value))
    throw refusedString(`\`${name}\` in it to be ${kind.wanted}`)
}

function unknownKeyword(name: string, isAfterPassword: boolean) {
  // Of password=two words=too the keyword is a part of the password.
  if (isAfterPassword || !/^\w{1,40}$/.test(name))
    return refusedString('keywords that are known (a value with blanks stands in single quotes)')
  return refusedString(
    `keywords that are known (\`${name}\` is not; the nearest known one is \`${nearestName(name, known)}\`)`,
  )
}
