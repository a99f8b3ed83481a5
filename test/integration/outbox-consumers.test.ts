import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { type DeliveredMessage, Outbox, Pool } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { recorder, unhurried } from '../support/outbox-recorder.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

const outbox = new Outbox({ table: 'consumed' })
beforeEach(async () => {
  await server.sql('drop table if exists consumed, consumed_position')
  await server.sql(outbox.ddl)
})

describe('a consumer of an outbox', () => {
  it('takes batches, and waits for the handler before the next', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const [connection] = world.connections
    const sizes: number[] = []
    await outbox.publish(connection!, ...Array.from({ length: 25 }, (_, payload) => ({ payload })))
    let isRunning = false
    const handler = async (messages: readonly DeliveredMessage[]) => {
      expect(isRunning).toBe(false)
      isRunning = true
      await new Promise((resolve) => setImmediate(resolve))
      sizes.push(messages.length)
      isRunning = false
    }
    await using _ = await outbox.durableListen(connection!, 'mailer', handler, {
      ...unhurried,
      batchSize: 10,
    })
    await eventually(() => expect(sizes).toEqual([10, 10, 5]), { what: 'three batches', timeoutMs: 10_000 })
  })

  it('delivers a batch again when its handler fails, and undoes what that did by its transaction', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const [connection] = world.connections
    await connection!.query('drop table if exists ledger; create table ledger (id text primary key)')
    await outbox.publish(connection!, { payload: 1 }, { payload: 2 })
    const errors: unknown[] = []
    const attempts: unknown[][] = []
    await using _ = await outbox.durableListen(
      connection!,
      'ledger',
      async (messages, { tx }) => {
        attempts.push(messages.map(({ payload }) => payload))
        for (const { id } of messages) await tx.query('insert into ledger values ($1)', [id])
        if (attempts.length < 3) throw new Error(`attempt ${attempts.length}`)
      },
      { ...unhurried, backoff: () => [0, 1], onError: (error) => errors.push(error) },
    )
    const both = [1, 2]
    await eventually(() => expect(attempts).toEqual([both, both, both]), {
      what: 'the third attempt',
      timeoutMs: 10_000,
    })
    const stored = async () => expect((await server.sql('select from ledger')).length).toBe(2)
    await eventually(stored, { what: 'what the last attempt did is stored', timeoutMs: 10_000 })
    expect(errors).toEqual([new Error('attempt 1'), new Error('attempt 2')])
    await connection!.query('drop table ledger')
  })

  it('ends with the last failure when the schedule does', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const [connection] = world.connections
    await outbox.publish(connection!, { payload: 1 })
    const failing = () => Promise.reject(new Error('no'))
    const errors: unknown[] = []
    const subscription = await outbox.durableListen(connection!, 'mailer', failing, {
      backoff: () => [0],
      onError: (error) => errors.push(error),
    })
    await expect(subscription.done).rejects.toThrow('no')
    expect(errors).toHaveLength(2)
    await subscription.close()
    expect((await connection!.query('select pg_listening_channels()')).rowCount).toBe(0)
  })

  it('is closed by its signal, within its handler, and by the end of its connection', async () => {
    await using world = await openWorld({ server, connections: 2 })
    const [one, other] = world.connections
    const controller = world.controller()
    const { signal } = controller
    const bySignal = await outbox.durableListen(one!, 'by signal', () => undefined, { signal })
    controller.abort()
    await bySignal.done
    await expect(outbox.durableListen(one!, 'late', () => undefined, { signal })).rejects.toBe(signal.reason)

    await outbox.publish(one!, { payload: 1 })
    const within = await outbox.durableListen(one!, 'within', () => within.close())
    await within.done
    expect(
      await server.sql(`select from consumed_position where consumer = 'within' and id > 0`),
    ).toHaveLength(1)

    const byEnd = await outbox.durableListen(other!, 'by end', () => undefined)
    await other!.end()
    await byEnd.done
  })

  it('is listened to on a pool, which serves others meanwhile', async () => {
    await using pool = new Pool({ connectionString: server.url, max: 2 })
    const { heard, hears } = recorder()
    let asked: unknown
    const handler = async (messages: readonly DeliveredMessage[]) => {
      asked = (await pool.query('select 1 as n')).rows[0].n
      heard.push(...messages.map(({ payload }) => payload))
    }
    await using _ = await outbox.durableListen(pool, 'mailer', handler, unhurried)
    await outbox.publish(pool, { payload: 'one' })
    await hears('one')
    expect(asked).toBe(1)
  })

  it('is read by polling alone where it has no channel', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const [connection] = world.connections
    const silent = new Outbox({ table: 'consumed', channel: false })
    const { handler, hears } = recorder()
    await using _ = await silent.durableListen(connection!, 'mailer', handler, { pollMs: 10 })
    expect((await connection!.query('select pg_listening_channels()')).rowCount).toBe(0)
    await silent.publish(connection!, { payload: 'seen' })
    await hears('seen')
  })
})
