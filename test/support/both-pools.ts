// pg's own pool and ours, for what is true of both.
import pg from 'pg'
import { Pool } from '../../src/pg.ts'
import type { TestServer } from './test-server.ts'

export const bothPools: [string, new (config?: pg.PoolConfig) => pg.Pool][] = [
  ['pg', pg.Pool],
  ['pg-supervisor/pg', Pool],
]

/** What happens to a pool, in order: each event by its name, and whatever is noted. */
export function diaryOf(pool: pg.Pool): string[] {
  const diary: string[] = []
  for (const event of ['connect', 'acquire', 'remove'] as const) pool.on(event, () => diary.push(event))
  pool.on('release', (error: unknown) => diary.push(error ? 'release with an error' : 'release'))
  pool.on('error', (error) => diary.push(`error ${error.message}`))
  return diary
}

export const countsOf = ({ totalCount, idleCount, waitingCount, expiredCount }: pg.Pool) => ({
  totalCount,
  idleCount,
  waitingCount,
  expiredCount,
})

/** Where the pools of a test file go. */
export const configOf = (server: TestServer): pg.PoolConfig => ({
  host: server.host,
  port: server.port,
  user: server.user,
  password: server.password,
  database: server.database,
})
