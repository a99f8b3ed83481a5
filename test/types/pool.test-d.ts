import { describe, expectTypeOf, it } from 'vitest'
import type {
  Connection,
  ConnectionConfig,
  Pool,
  PoolConfig,
  PoolEvents,
  Queryable,
} from '../../src/index.ts'

declare const pool: Pool

describe('a pool', () => {
  it('takes what a connection takes, and its own options', () => {
    expectTypeOf<PoolConfig>().toExtend<ConnectionConfig>()
    expectTypeOf<PoolConfig>().toHaveProperty('reconnectRate').toEqualTypeOf<number | undefined>()
    // @ts-expect-error -- a number
    const wrong: PoolConfig = { max: '10' }
    expectTypeOf(wrong).toExtend<PoolConfig>()
  })

  it('is asked like a connection', () => {
    expectTypeOf(pool).toExtend<Queryable>()
    expectTypeOf(pool.query<{ id: number }>('select 1'))
      .resolves.toHaveProperty('rows')
      .toEqualTypeOf<{ id: number }[]>()
    expectTypeOf(pool.transaction(async (tx) => tx.processId)).resolves.toBeNumber()
    expectTypeOf(pool.start()).resolves.toEqualTypeOf<Pool>()
  })

  it('tells whose notice it is', () => {
    expectTypeOf<PoolEvents['lost']>().toHaveProperty('connection').toEqualTypeOf<Connection>()
    expectTypeOf<PoolEvents['leak']>().toEqualTypeOf<{
      connection: Connection
      heldMs: number
      stack: string
    }>()
    pool.on('gap', ({ channels, connection }) => {
      expectTypeOf(channels).toEqualTypeOf<string[]>()
      expectTypeOf(connection).toEqualTypeOf<Connection>()
    })
    // @ts-expect-error -- no such notice
    pool.on('lsot', () => undefined)
  })
})
