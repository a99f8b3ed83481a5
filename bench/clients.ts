// The clients side by side, each with one session on the same server, behind the one function that is measured.
import pg from 'pg'
import postgres from 'postgres'
import type { Postgres } from '../embedded/postgres.ts'
import type { ConnectionConfig } from '../src/index.ts'
import { connect } from './subject.ts'

export interface Statement {
  readonly text: string
  readonly values: unknown[]
  readonly name?: string
}

export interface Client {
  readonly name: string
  query(statement: Statement): Promise<unknown>
  /** Three statements between BEGIN and COMMIT, one after the other. */
  transaction(statements: readonly Statement[]): Promise<void>
  close(): Promise<unknown>
}

export type Opener = (server: Postgres) => Promise<Client>

const rawPg =
  (name: string, pipeline: boolean): Opener =>
  async ({ url }) => {
    const client = new pg.Client({ connectionString: url, pipeline })
    await client.connect()
    return {
      name,
      query: (statement) => client.query(statement),
      transaction: async (statements) => {
        await client.query('begin')
        for (const statement of statements) await client.query(statement)
        await client.query('commit')
      },
      close: () => client.end(),
    }
  }

export const plainPg = rawPg('pg', false)
export const pipelinedPg = rawPg('pg, pipeline: true', true)

export const postgresJs: Opener = async ({ url }) => {
  const sql = postgres(url, { max: 1, prepare: true, onnotice: () => undefined })
  await sql`select 1`
  const ask = (on: Pick<typeof sql, 'unsafe'>, { text, values }: Statement) =>
    on.unsafe(text, values as never[], { prepare: true })
  return {
    name: 'postgres.js',
    query: (statement) => ask(sql, statement),
    transaction: async (statements) => {
      await sql.begin(async (tx) => {
        for (const statement of statements) await ask(tx, statement)
      })
    },
    close: () => sql.end(),
  }
}

export const supervised =
  (name = 'pg-supervisor', options: ConnectionConfig = {}): Opener =>
  async ({ url }) => {
    const connection = await connect({ connectionString: url, ...options })
    return {
      name,
      query: (statement) => connection.query(statement),
      transaction: (statements) =>
        connection.transaction(async (tx) => {
          for (const statement of statements) await tx.query(statement)
        }),
      close: () => connection.end(),
    }
  }

/** Opens all, runs `work`, closes all. */
export async function withClients<T>(
  server: Postgres,
  openers: readonly Opener[],
  work: (clients: Client[]) => Promise<T>,
): Promise<T> {
  const clients: Client[] = []
  try {
    for (const open of openers) clients.push(await open(server))
    return await work(clients)
  } finally {
    await Promise.all(clients.map((client) => client.close()))
  }
}
