// What is to be said of a server that could be reached.
import type { Facts } from './facts.ts'
import { advice, type Finding, good, problem } from './finding.ts'

type Judge = (facts: Facts) => Finding | undefined

export const judgeServer = (facts: Facts): Finding[] =>
  judges.map((judge) => judge(facts)).filter((finding) => finding !== undefined)

const reached: Judge = ({ versionNumber, connectMs, roundTripMs }) => {
  const version = `${Math.floor(versionNumber / 10_000)}.${versionNumber % 10_000}`
  return good(
    `PostgreSQL ${version}, a session in ${connectMs.toFixed(0)} ms, a round trip in ${roundTripMs.toFixed(1)} ms`,
  )
}

const oldVersion: Judge = ({ versionNumber }) =>
  versionNumber >= 140_000
    ? undefined
    : advice(
        'before PostgreSQL 14 the server does not notice a client that died while a statement runs, nor tell of its role',
        'upgrade when you can',
      )

const slowToConnect: Judge = ({ connectMs }) =>
  connectMs <= 1000
    ? undefined
    : advice(
        `a session takes ${(connectMs / 1000).toFixed(1)} s to come about`,
        'keep `connectTimeoutMs` (10 000 by default) well above it; look at DNS, and at `log_hostname` on the server',
      )

const encryption: Judge = ({ tls, host }) => {
  if (tls?.isVerified === true) return good(`${tls.protocol}, the server's certificate is verified`)
  if (isLocal(host))
    return good(
      `${tls?.protocol ?? 'no TLS'}; the server is on this machine, where nobody listens in between`,
    )
  if (tls !== undefined)
    return advice(
      `${tls.protocol}, but whose certificate it is is not verified: who sits in between can read everything`,
      "add sslmode=verify-full to the URL, and sslrootcert=… where the certificate is your own authority's",
    )
  return problem(
    'no TLS: the password, every statement and every row can be read on the way',
    'add sslmode=verify-full to the URL; on the server `ssl = on`, and `hostssl` instead of `host` in pg_hba.conf',
  )
}

const authentication: Judge = ({ authentication: method, host }) => {
  if (method === 'md5')
    return problem(
      'the password is checked by md5, which whoever stole the hash can log in with',
      "set password_encryption = 'scram-sha-256', set the password anew, and write scram-sha-256 in pg_hba.conf",
    )
  if (method === 'password')
    return problem(
      'the password goes to the server in the clear',
      'write scram-sha-256 instead of password in pg_hba.conf',
    )
  if (method === 'trust' && !isLocal(host))
    return problem('everybody is let in without a password', 'write scram-sha-256 in pg_hba.conf')
  return undefined
}

const superuser: Judge = ({ isSuperuser, user }) =>
  isSuperuser
    ? advice(
        `${user} is a superuser: a mistake, or an injected statement, may do anything, and the connections that are reserved for administrators are taken, too`,
        `create an ordinary role for the application`,
      )
    : undefined

const readOnly: Judge = ({ isReadOnly }) =>
  isReadOnly
    ? advice(
        'this server takes no writes: a standby, or default_transaction_read_only is on',
        "if you want to write, name all hosts of the cluster and set targetSessionAttrs to 'read-write'",
      )
    : undefined

const pooler: Judge = ({ toldProcessId, seenProcessIds, hearsItself }) => {
  const seen = new Set(seenProcessIds)
  if (seen.size > 1)
    return problem(
      'a pooler in transaction mode is in between: one session here is served by several there, so LISTEN, session(), advisory locks and named statements go astray',
      'connect to PostgreSQL itself, or to a pool in session mode, for those; set autoPrepare: false',
    )
  if (!hearsItself)
    return problem(
      'a notification that the session sent to itself did not come back: something in between swallows LISTEN',
      'connect to PostgreSQL itself for listen()',
    )
  if (!seen.has(toldProcessId))
    return advice(
      'a pooler in session mode is in between: the session is told another process id than PostgreSQL has',
      'nothing, but it has time limits of its own (query_timeout, client_idle_timeout, server_lifetime): keep them above yours',
    )
  return good('nothing between here and PostgreSQL changes sessions; LISTEN works')
}

const idleSessions: Judge = ({ timeouts: { idle_session_timeout: ms = 0 } }) =>
  ms === 0
    ? undefined
    : advice(
        `the server ends sessions that are idle for ${inWords(ms)}`,
        `let the supervisor ask more often: monitors: [heartbeat({ idleMs: ${Math.max(1000, Math.floor(ms / 2))} })]`,
      )

const forgottenTransactions: Judge = ({ user, timeouts: { idle_in_transaction_session_timeout: ms } }) =>
  ms === 0
    ? advice(
        'a transaction that is forgotten keeps its locks, and the rows of everybody else from being cleaned up, for ever',
        `alter role ${user} set idle_in_transaction_session_timeout = '60s'`,
      )
    : undefined

const deadClients: Judge = ({ user, timeouts: { client_connection_check_interval: ms } }) =>
  ms === 0
    ? advice(
        'when a client dies in the middle of a statement, the server works on until the statement ends',
        `alter role ${user} set client_connection_check_interval = '10s'`,
      )
    : undefined

const statements: Judge = ({ timeouts: { statement_timeout: statement = 0, lock_timeout: lock = 0 } }) => {
  if (statement > 0 && lock >= statement)
    return advice(
      `lock_timeout (${inWords(lock)}) never comes to bear: statement_timeout (${inWords(statement)}) is over first`,
      'set lock_timeout below statement_timeout, or to 0',
    )
  return statement > 0
    ? good(
        `the server ends statements after ${inWords(statement)}; a longer timeoutMs or statementTimeoutMs never comes to bear`,
      )
    : undefined
}

const room: Judge = ({ maxConnections, usedConnections }) =>
  usedConnections > maxConnections * 0.8
    ? problem(
        `${usedConnections} of ${maxConnections} connections are taken`,
        'lower `max` of the pools, or raise max_connections; all processes of an application together must fit',
      )
    : good(`${usedConnections} of ${maxConnections} connections are taken`)

const clock: Judge = ({ clockSkewMs, roundTripMs }) =>
  Math.abs(clockSkewMs) > 1000 + roundTripMs
    ? advice(
        `the server's clock is ${inWords(Math.abs(clockSkewMs))} ${clockSkewMs > 0 ? 'ahead' : 'behind'}`,
        'let both follow NTP; times of the two logs cannot be compared until then',
      )
    : undefined

const judges: readonly Judge[] = [
  reached,
  encryption,
  authentication,
  pooler,
  statements,
  room,
  oldVersion,
  slowToConnect,
  superuser,
  readOnly,
  idleSessions,
  forgottenTransactions,
  deadClients,
  clock,
]

const isLocal = (host: string): boolean => host.startsWith('/') || /^(localhost|127\..*|::1)$/.test(host)

const inWords = (ms: number): string =>
  ms < 1000
    ? `${Math.round(ms)} ms`
    : ms < 120_000
      ? `${Math.round(ms / 100) / 10} s`
      : `${Math.round(ms / 6000) / 10} min`
