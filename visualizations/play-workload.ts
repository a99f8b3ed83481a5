// What an application would have: connections that take orders, work through jobs in transactions, listen, and make long
// reports; a pool for its pages; and a cache, which is no database and breaks now and then, under a supervisor.
import { setTimeout as sleep } from 'node:timers/promises'
import { Connection, heartbeat, Pool, Supervisor } from 'pg-supervisor'

export async function busyLife(url: string): Promise<AsyncDisposable> {
  const names = ['orders', 'jobs', 'listener', 'reports'] as const
  const [orders, jobs, listener, reports] = names.map(
    (name) =>
      new Connection({
        connectionString: url,
        name,
        whileDown: { waitMs: 10_000 },
        monitors: [heartbeat({ idleMs: 1_000, timeoutMs: 1_000 })],
      }),
  ) as [Connection, Connection, Connection, Connection]
  const all = [orders, jobs, listener, reports]
  await Promise.all(all.map((connection) => connection.connect()))
  await orders.query('create table account (id int primary key, cents int not null)')
  await orders.query('insert into account select n, 1000 from generate_series(1, 50) n')
  await listener.listen('news', () => undefined)

  const pool = new Pool({ connectionString: url, name: 'web', min: 1, max: 3, whileDown: { waitMs: 10_000 } })
  const cache = supervisedCache()
  const stopped = new AbortController()
  const { signal } = stopped
  const anyId = () => 1 + Math.floor(Math.random() * 50)
  const lives = [
    repeat(signal, 180, async () => {
      const some = Array.from({ length: 1 + Math.floor(Math.random() * 4) }, () =>
        orders.query('select cents from account where id = $1', [anyId()]),
      )
      await Promise.all(some)
    }),
    repeat(signal, 700, () =>
      jobs.transaction(
        async (tx) => {
          await tx.query('update account set cents = cents - 1 where id = $1', [anyId()])
          await sleep(60)
          await tx.query('select pg_sleep(0.05)')
          if (Math.random() < 0.2) await tx.query('select 1 / 0')
        },
        { timeoutMs: 5_000 },
      ),
    ),
    repeat(signal, 900, () => orders.notify('news', 'there is news')),
    repeat(signal, 400, () =>
      Promise.all(Array.from({ length: 5 }, () => pool.query('select pg_sleep(0.02)'))),
    ),
    repeat(signal, 300, () => cache.run(read)),
    repeat(signal, 2_500, () => reports.query('select pg_sleep(0.8)', [], { timeoutMs: 4_000 })),
  ]
  return {
    async [Symbol.asyncDispose]() {
      stopped.abort()
      await Promise.all([...all.map((connection) => connection.end()), pool.end(), cache.stop()])
      await Promise.all(lives)
    },
  }
}

/** Until it is stopped; what fails has failed, and the next one may not. */
async function repeat(signal: AbortSignal, everyMs: number, work: () => Promise<unknown>): Promise<void> {
  while (!signal.aborted) {
    await work().catch(() => undefined)
    await sleep(everyMs * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined)
  }
}

async function read(): Promise<void> {
  if (Math.random() < 0.03) throw Object.assign(new Error('the cache is gone'), { code: 'ECONNRESET' })
}

function supervisedCache() {
  const connect = async (): Promise<void> => {
    await sleep(150)
    if (Math.random() < 0.6) await Promise.reject(new Error('not yet'))
  }
  return new Supervisor(
    { connect, close: () => undefined },
    {
      isDead: ({ code }) => code === 'ECONNRESET',
      isHopeless: () => false,
      backoff: () => Array(9).fill(1_000),
    },
  )
}
