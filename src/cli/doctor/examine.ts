// Looks at a server through one session and asks it what it is; changes nothing there.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TLSSocket } from 'node:tls'
import type { Connection } from '../../api/connection.ts'
import { type Facts, type TimeoutName, timeoutNames } from './facts.ts'

const rounds = 10
/** A notification to oneself comes with the answer or never. */
const hearsWithinMs = 2000

const questions = `
  select current_setting('server_version_num')::int as version,
    current_user as user,
    current_setting('is_superuser') = 'on' as is_superuser,
    pg_is_in_recovery() or current_setting('transaction_read_only') = 'on' as is_read_only,
    (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as used,
    current_setting('max_connections')::int as max,
    extract(epoch from clock_timestamp())::float8 * 1000 as now`

/** @param other a second session to the same place, which is in the way of the first for a moment */
export async function examine(connection: Connection, other: Connection, connectMs: number): Promise<Facts> {
  const toldProcessId = connection.processId ?? 0
  const roundTripMs = await fastestRoundTrip(connection)
  const asked = Date.now()
  const { rows } = await connection.query(questions)
  const [{ version, user, is_superuser, is_read_only, used, max, now }] = rows
  return {
    host: connection.host?.host ?? '',
    user,
    versionNumber: version,
    connectMs,
    roundTripMs,
    clockSkewMs: now - (asked + Date.now()) / 2,
    tls: tlsOf(connection),
    authentication: await authenticationOf(connection, version),
    isSuperuser: is_superuser,
    isReadOnly: is_read_only,
    toldProcessId,
    seenProcessIds: await servingProcessIds(connection, other),
    hearsItself: await hearsItself(connection),
    timeouts: await timeoutsOf(connection),
    maxConnections: max,
    usedConnections: used,
  }
}

async function fastestRoundTrip(connection: Connection): Promise<number> {
  let fastest = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round++) {
    const began = performance.now()
    await connection.query('')
    fastest = Math.min(fastest, performance.now() - began)
  }
  return fastest
}

/**
 * Behind a pooler in transaction mode whoever begins a transaction gets the process that was used last; while another has
 * it, the same session here is served by a second one.
 */
async function servingProcessIds(connection: Connection, other: Connection): Promise<number[]> {
  const serving = async (): Promise<number> => {
    const { rows } = await connection.query('select pg_backend_pid() as pid')
    return rows[0].pid
  }
  const before = await serving()
  const during = await other.transaction(async (tx) => {
    await tx.query('select 1')
    return serving()
  })
  return [before, during, await serving()]
}

function tlsOf({ unsafeClient }: Connection): Facts['tls'] {
  const { stream } = (unsafeClient as unknown as { connection: { stream: Partial<TLSSocket> } }).connection
  if (stream.encrypted !== true) return undefined
  return { protocol: stream.getProtocol?.() ?? 'TLS', isVerified: stream.authorized === true }
}

async function authenticationOf(connection: Connection, version: number): Promise<string | undefined> {
  if (version < 160_000) return undefined
  const { rows } = await connection.query('select system_user as method')
  // 'scram-sha-256:joe'; null where nobody was asked for anything.
  return rows[0].method?.split(':')[0] ?? 'trust'
}

async function hearsItself(connection: Connection): Promise<boolean> {
  const channel = `pg_supervisor_doctor_${randomUUID()}`
  try {
    await using subscription = await connection.listen(channel, undefined, { timeoutMs: hearsWithinMs })
    await connection.notify(channel)
    const deadline = new AbortController()
    const first = subscription[Symbol.asyncIterator]().next()
    const late = sleep(hearsWithinMs, undefined, { signal: deadline.signal }).catch(() => undefined)
    const heard = await Promise.race([first, late])
    deadline.abort()
    return heard !== undefined
  } catch {
    return false
  }
}

async function timeoutsOf(connection: Connection): Promise<Facts['timeouts']> {
  const { rows } = await connection.query<{ name: TimeoutName; ms: number }>(
    'select name, setting::float8 as ms from pg_settings where name = any($1)',
    [timeoutNames],
  )
  const known = new Map(rows.map(({ name, ms }) => [name, ms]))
  return Object.fromEntries(timeoutNames.map((name) => [name, known.get(name)])) as Facts['timeouts']
}
