import pg from 'pg'
import { describe, expectTypeOf, it } from 'vitest'
import type { Connection } from '../../src/index.ts'
import face, {
  type Client,
  type ClientConfig,
  DatabaseError,
  defaults,
  escapeIdentifier,
  native,
  Pool,
  type PoolClient,
  type PoolConfig,
  type QueryResult,
  types,
} from '../../src/pg.ts'

describe("what is shaped like pg's module", () => {
  it('goes where a pool of pg is wanted', () => {
    expectTypeOf<Pool>().toExtend<pg.Pool>()
    expectTypeOf<InstanceType<typeof face.Pool>>().toExtend<pg.Pool>()
    const taken = (pool: pg.Pool): pg.Pool => pool
    taken(new Pool({ connectionString: 'postgres://localhost/app' }))
    class Own extends Pool {}
    expectTypeOf<Own>().toExtend<pg.Pool>()
    // Where a library is handed the class itself.
    expectTypeOf<typeof Pool>().toExtend<new (config?: pg.PoolConfig) => pg.Pool>()
  })

  it('has the rest of it, as it is', () => {
    expectTypeOf<Client>().toEqualTypeOf<pg.Client>()
    expectTypeOf(face.Client).toEqualTypeOf<typeof pg.Client>()
    expectTypeOf(types).toEqualTypeOf(pg.types)
    expectTypeOf(defaults).toEqualTypeOf(pg.defaults)
    expectTypeOf(escapeIdentifier).toEqualTypeOf(pg.escapeIdentifier)
    expectTypeOf(DatabaseError).toEqualTypeOf(pg.DatabaseError)
    expectTypeOf(native).toEqualTypeOf<null>()
    expectTypeOf<QueryResult>().toEqualTypeOf<pg.QueryResult>()
    expectTypeOf<ClientConfig>().toEqualTypeOf<pg.ClientConfig>()
  })

  it("takes pg's options and our own", () => {
    expectTypeOf<pg.PoolConfig>().toExtend<PoolConfig>()
    expectTypeOf<PoolConfig['whileDown']>().toEqualTypeOf<'reject' | { waitMs: number } | undefined>()
    // @ts-expect-error -- no such way
    const wrong: PoolConfig = { cleanSessions: 'sometimes' }
    expectTypeOf(wrong).toExtend<PoolConfig>()
  })

  it('tells more', () => {
    const pool = new Pool()
    pool.on('leak', ({ client, heldMs }) => {
      expectTypeOf(client).toEqualTypeOf<PoolClient>()
      expectTypeOf(heldMs).toBeNumber()
    })
    pool.on('error', (error, client) => {
      expectTypeOf(error).toEqualTypeOf<Error>()
      expectTypeOf(client).toEqualTypeOf<PoolClient>()
    })
    expectTypeOf(pool.connections).toEqualTypeOf<ReadonlySet<Connection>>()
  })
})
