// Pools of the pg face, for tests of what they add to pg's.
import type pg from 'pg'
import { onTestFinished } from 'vitest'
import { Pool, type PoolConfig } from '../../src/pg.ts'
import { configOf } from './both-pools.ts'
import type { TestServer } from './test-server.ts'

/** Makes pools that end with the test, whatever became of it. */
export const facePoolsOn =
  (server: TestServer) =>
  (config: PoolConfig = {}): Pool => {
    const pool = new Pool({ ...configOf(server), ...config })
    onTestFinished(() => (pool.ending ? undefined : pool.end()))
    return pool
  }

/** Of the server process that answers. */
export const pidOf = async (client: pg.Pool | pg.PoolClient): Promise<number> =>
  (await client.query('select pg_backend_pid() as pid')).rows[0].pid
