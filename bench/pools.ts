// The pools side by side, each with so many sessions on the same server, behind the same function.
import { createRequire } from 'node:module'
import pg from 'pg'
import postgres from 'postgres'
import { createPool, type QuerySqlToken, sql } from 'slonik'
import type { Client, Opener, Statement } from './clients.ts'
import { Pool } from './subject.ts'

/** pg-promise is CommonJS, and brings a `pg` of its own. */
const pgPromise = createRequire(import.meta.url)('pg-promise') as typeof import('pg-promise')

export const pgPool =
  (max: number): Opener =>
  async ({ url }) => {
    const pool = new pg.Pool({ connectionString: url, max })
    await opened(max, () => pool.query('select pg_sleep(0.01)'))
    return {
      name: `pg.Pool(${max})`,
      query: (statement) => pool.query(statement),
      transaction: async (statements) => {
        const client = await pool.connect()
        await client.query('begin')
        for (const statement of statements) await client.query(statement)
        await client.query('commit')
        client.release()
      },
      close: () => pool.end(),
    }
  }

export const postgresJsPool =
  (max: number): Opener =>
  async ({ url }) => {
    const client = postgres(url, { max, prepare: true, onnotice: () => undefined })
    await opened(max, () => client`select pg_sleep(0.01)`)
    return {
      name: `postgres.js(${max})`,
      query: ({ text, values }) => client.unsafe(text, values as never[], { prepare: true }),
      transaction: notAsked,
      close: () => client.end(),
    }
  }

const promised = pgPromise({ noWarnings: true })

export const pgPromisePool =
  (max: number): Opener =>
  async ({ url }) => {
    const db = promised({ connectionString: url, max })
    await opened(max, () => db.any('select pg_sleep(0.01)'))
    return {
      name: `pg-promise(${max})`,
      query: (statement) => db.any(statement),
      transaction: async (statements) => {
        await db.tx(async (tx) => {
          for (const statement of statements) await tx.any(statement)
        })
      },
      close: () => db.$pool.end(),
    }
  }

/** It names no statements: each is parsed and planned anew. */
export const slonikPool =
  (max: number): Opener =>
  async ({ url }) => {
    const pool = await createPool(url, { maximumPoolSize: max })
    await opened(max, () => pool.query(sql.unsafe`select pg_sleep(0.01)`))
    return {
      name: `slonik(${max})`,
      query: (statement) => pool.query(token(statement)),
      transaction: async (statements) => {
        await pool.transaction(async (tx) => {
          for (const statement of statements) await tx.query(token(statement))
        })
      },
      close: () => pool.end(),
    }
  }

export const supervisedPool =
  (max: number): Opener =>
  async ({ url }) => {
    const pool = new Pool({ connectionString: url, max, min: max })
    await opened(max, () => pool.query('select pg_sleep(0.01)'))
    return {
      name: `pg-supervisor Pool(${max})`,
      query: (statement) => pool.query(statement),
      transaction: (statements) =>
        pool.transaction(async (tx) => {
          for (const statement of statements) await tx.query(statement)
        }),
      close: () => pool.end(),
    }
  }

const notAsked: Client['transaction'] = () => Promise.reject(new Error('asked of no pool of this kind'))

/** All sessions are made before anything is measured. */
async function opened(max: number, ask: () => PromiseLike<unknown>): Promise<void> {
  for (let round = 0; round < 3; round++) await Promise.all(Array.from({ length: 2 * max }, ask))
}

const templates = new Map<string, { parts: TemplateStringsArray; places: number[] }>()

/** slonik takes template literals only; this is what one with the same text and values would be. */
function token({ text, values }: Statement): QuerySqlToken {
  let template = templates.get(text)
  if (template === undefined) {
    const raw = Object.freeze(text.split(/\$\d+/))
    const places = [...text.matchAll(/\$(\d+)/g)].map(([, place]) => Number(place) - 1)
    template = { parts: Object.freeze(Object.assign([...raw], { raw })), places }
    templates.set(text, template)
  }
  return sql.unsafe(template.parts, ...template.places.map((place) => values[place] as number))
}
