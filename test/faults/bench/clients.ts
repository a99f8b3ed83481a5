// The clients that are compared, each as its documentation says to use it, with the deadlines that it has.
import pg from 'pg'
import postgres from 'postgres'
import { heartbeat, Pool } from '../../../src/index.ts'

export interface Client {
  write(marker: string): Promise<unknown>
  transact(marker: string): Promise<unknown>
  end(): Promise<unknown>
}

/** Says that a session was lost, where a client says so without being asked for anything. */
type Tell = () => void

const insert = 'insert into faults_marker (marker) values ($1)'
const size = 4
/** Milliseconds, for whoever has such deadlines. */
const deadlines = { connect: 1500, statement: 2000 }

export const clients = {
  'pg-supervisor': async (connectionString: string, tell: Tell): Promise<Client> => {
    const pool = new Pool({
      connectionString,
      min: size,
      max: size,
      connectTimeoutMs: deadlines.connect,
      statementTimeoutMs: deadlines.statement,
      whileDown: { waitMs: 5000 },
      monitors: [heartbeat({ idleMs: 500, timeoutMs: 300 })],
      verifyCommit: true,
    })
    pool.on('added', ({ connection }) => void connection.on('lost', tell))
    await pool.start()
    for (const connection of pool.connections) connection.on('lost', tell)
    return {
      write: (marker) => pool.query(insert, [marker]),
      transact: (marker) => pool.transaction((tx) => tx.query(insert, [marker])),
      end: () => pool.end(),
    }
  },

  'pg.Pool': async (connectionString: string, tell: Tell): Promise<Client> => {
    const pool = new pg.Pool({
      connectionString,
      max: size,
      connectionTimeoutMillis: deadlines.connect,
      query_timeout: deadlines.statement,
      keepAlive: true,
    })
    pool.on('error', tell)
    await Promise.all(Array.from({ length: size }, () => pool.query('select pg_sleep(0.05)')))
    return {
      write: (marker) => pool.query(insert, [marker]),
      // As in https://node-postgres.com/features/transactions.
      transact: async (marker) => {
        const client = await pool.connect()
        try {
          await client.query('BEGIN')
          await client.query(insert, [marker])
          await client.query('COMMIT')
        } catch (error) {
          await client.query('ROLLBACK')
          throw error
        } finally {
          client.release()
        }
      },
      end: () => pool.end(),
    }
  },

  'postgres.js': async (url: string, tell: Tell): Promise<Client> => {
    const sql = postgres(url, {
      max: size,
      connect_timeout: deadlines.connect / 1000,
      onnotice: () => undefined,
      onclose: tell,
    })
    await Promise.all(Array.from({ length: size }, () => sql`select pg_sleep(0.05)`))
    return {
      write: (marker) => sql`insert into faults_marker (marker) values (${marker})`,
      transact: (marker) => sql.begin((tx) => tx`insert into faults_marker (marker) values (${marker})`),
      end: () => sql.end({ timeout: 1 }),
    }
  },
} as const

export type ClientName = keyof typeof clients
export const clientNames = Object.keys(clients) as ClientName[]
