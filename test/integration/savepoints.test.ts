import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { NestedUseError, RequestTimeoutError, TransactionAbortedError } from '../../src/index.ts'
import { openConnection, worldOfTest } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
await server.sql('drop table if exists pgs_step; create table pgs_step (name text unique)')
beforeEach(() => server.sql('truncate pgs_step'))
afterAll(async () => {
  await server.sql('drop table pgs_step')
  await server.dispose()
})

const stored = async () =>
  (await server.sql<{ name: string }>('select name from pgs_step order by name')).map(({ name }) => name)
const insert = 'insert into pgs_step values ($1)'

describe('a transaction nested in another', () => {
  it('is released when its work resolves, and its result is passed on', async () => {
    const connection = await openConnection(server)
    const result = await connection.transaction(async (tx) => {
      await tx.query(insert, ['outer'])
      const inner = await tx.transaction(async (nested) => {
        await nested.query(insert, ['inner'])
        return nested.transaction(async (deepest) => {
          expect(deepest.processId).toBe(connection.processId)
          await deepest.query(insert, ['deepest'])
          return 'from the depth'
        })
      })
      await tx.query(insert, ['outer again'])
      return inner
    })
    expect(result).toBe('from the depth')
    expect(await stored()).toEqual(['deepest', 'inner', 'outer', 'outer again'])
  })

  it('rolls back itself alone when its work rejects, with the very same error', async () => {
    const connection = await openConnection(server)
    const fault = new Error('inner fault')
    await connection.transaction(async (tx) => {
      await tx.query(insert, ['before'])
      const nested = tx.transaction(async (inner) => {
        await inner.query(insert, ['undone'])
        throw fault
      })
      await expect(nested).rejects.toBe(fault)
      expect(connection.transactionStatus).toBe('inTransaction')
      await tx.query(insert, ['after'])
    })
    expect(await stored()).toEqual(['after', 'before'])
  })

  it('makes an error of the server harmless to the outer one', async () => {
    const connection = await openConnection(server)
    await connection.transaction(async (tx) => {
      await tx.query(insert, ['once'])
      const nested = tx.transaction((inner) => inner.query(insert, ['once']))
      await expect(nested).rejects.toMatchObject({ code: '23505' })
      await tx.query(insert, ['after'])
    })
    expect(await stored()).toEqual(['after', 'once'])
  })

  it('takes all with it when its error is let through', async () => {
    const connection = await openConnection(server)
    const fault = new Error('all the way')
    const failing = connection.transaction(async (tx) => {
      await tx.query(insert, ['outer'])
      await tx.transaction(async (nested) => {
        await nested.query(insert, ['inner'])
        throw fault
      })
    })
    await expect(failing).rejects.toBe(fault)
    expect(await stored()).toEqual([])
  })

  it('that swallowed an error of the server is rolled back, and says which', async () => {
    const connection = await openConnection(server)
    await connection.transaction(async (tx) => {
      await tx.query(insert, ['outer'])
      let swallowed: unknown
      const nested = tx.transaction(async (inner) => {
        await inner.query(insert, ['inner'])
        await inner.query('select 1/0').catch((error: unknown) => {
          swallowed = error
        })
        return 'all is well'
      })
      const error: unknown = await nested.catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(TransactionAbortedError)
      expect((error as Error).cause).toBe(swallowed)
      expect(connection.transactionStatus).toBe('inTransaction')
    })
    expect(await stored()).toEqual(['outer'])
  })

  it('is one of siblings that run one after the other, in the order of the calls', async () => {
    const connection = await openConnection(server)
    const order: string[] = []
    await connection.transaction(async (tx) => {
      const sibling = (name: string, fails = false) =>
        tx.transaction(async (nested) => {
          order.push(`${name} begins`)
          await nested.query(insert, [name])
          await nested.query('select pg_sleep(0.005)')
          order.push(`${name} ends`)
          if (fails) throw new Error(name)
        })
      const told = await Promise.allSettled([sibling('a'), sibling('b', true), sibling('c')])
      expect(told.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    })
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
    expect(await stored()).toEqual(['a', 'c'])
  })

  it('keeps statements of the outer handle asked from outside of it waiting until its end', async () => {
    const connection = await openConnection(server)
    const order: string[] = []
    await connection.transaction(async (tx) => {
      const nested = tx.transaction(async (inner) => {
        await inner.query('select pg_sleep(0.02)')
        order.push('nested')
        throw new Error('undone')
      })
      const outer = tx.query(insert, ['outer']).then(() => order.push('outer'))
      await expect(nested).rejects.toThrow('undone')
      await outer
    })
    expect(order).toEqual(['nested', 'outer'])
    expect(await stored()).toEqual(['outer'])
  })

  it('waits for its statements that nobody awaits before its end', async () => {
    const connection = await openConnection(server)
    await connection.transaction(async (tx) => {
      await tx.transaction((nested) => {
        void nested.query('select pg_sleep(0.01)')
        void nested.query(insert, ['not awaited'])
      })
      const { rows } = await tx.query('select name from pgs_step')
      expect(rows).toEqual([{ name: 'not awaited' }])
    })
  })

  it('rejects the use of an outer handle from inside of it, at once', async () => {
    const connection = await openConnection(server)
    await connection.transaction(async (tx) => {
      await tx.transaction(async (nested) => {
        await expect(tx.query(insert, ['x'])).rejects.toBeInstanceOf(NestedUseError)
        await expect(tx.transaction(() => 1)).rejects.toBeInstanceOf(NestedUseError)
        await nested.transaction(async () => {
          await expect(tx.query(insert, ['x'])).rejects.toBeInstanceOf(NestedUseError)
          await expect(nested.query(insert, ['x'])).rejects.toBeInstanceOf(NestedUseError)
        })
        await nested.query(insert, ['inner'])
      })
    })
    expect(await stored()).toEqual(['inner'])
  })

  it('has a deadline of its own, after which the outer one goes on', async () => {
    const connection = await openConnection(server)
    await connection.transaction(async (tx) => {
      await tx.query(insert, ['before'])
      const nested = tx.transaction(
        async (inner) => {
          await inner.query(insert, ['undone'])
          await inner.query('select pg_sleep(10)')
        },
        { timeoutMs: 50 },
      )
      await expect(nested).rejects.toBeInstanceOf(RequestTimeoutError)
      await tx.query(insert, ['after'])
    })
    expect(await stored()).toEqual(['after', 'before'])
  })

  it('ends by a signal of its own, also while its code is only thinking', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect()
    const controller = world.controller()
    await connection.transaction(async (tx) => {
      let wake = () => {}
      const woken = new Promise<void>((resolve) => (wake = resolve))
      let late: Promise<unknown> | undefined
      const nested = tx.transaction(
        async (inner) => {
          await inner.query(insert, ['undone'])
          controller.abort(new Error('enough'))
          await woken
          late = inner.query(insert, ['late'])
        },
        { signal: controller.signal },
      )
      await expect(nested).rejects.toThrow('enough')
      await tx.query(insert, ['after'])
      wake()
      await woken
      await expect(late).rejects.toThrow('enough')
    })
    expect(await stored()).toEqual(['after'])
  })

  it('works a hundred deep', async () => {
    const connection = await openConnection(server)
    const fault = new Error('at the bottom')
    await connection.transaction(async (tx) => {
      const descend = async (handle: typeof tx, depth: number): Promise<void> => {
        await handle.query(insert, [`level ${String(depth).padStart(3, '0')}`])
        if (depth === 100) throw fault
        await handle
          .transaction((nested) => descend(nested, depth + 1))
          .catch((error: unknown) => {
            if (depth < 50) return
            throw error
          })
      }
      await descend(tx, 1)
    })
    const names = await stored()
    expect(names).toHaveLength(49)
    expect(names.at(-1)).toBe('level 049')
  })
})
