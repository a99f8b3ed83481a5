import { describe, expect, it, onTestFinished } from 'vitest'
import {
  CommitOutcomeUnknownError,
  ConnectFailedError,
  ConnectionDeadError,
  ConnectionLostError,
  InvalidOptionError,
  Pool,
  RequestTimeoutError,
} from '../../../src/index.ts'
import { type ConnectionModelConfig, createConnectionModel } from '../../../src/model/connection-model.ts'

async function modelOf(config?: ConnectionModelConfig) {
  const model = createConnectionModel(config)
  onTestFinished(() => model[Symbol.asyncDispose]())
  await model.connection.connect()
  return { model, connection: model.connection }
}

/** What a promise came to, without waiting for it. */
function watched<T>(promise: Promise<T>) {
  const seen: { value?: T; error?: unknown } = {}
  promise.then(
    (value) => Object.assign(seen, { value }),
    (error: unknown) => Object.assign(seen, { error }),
  )
  return seen
}

describe('the server of a connection model', () => {
  it('answers what it was told to, the last word first, and anything else without rows', async () => {
    const { model, connection } = await modelOf()
    model.answer(/^select/, { rows: [{ n: 1 }] })
    model.answer('select 2', ({ text, values }) => ({ rows: [{ text, values }] }))
    expect((await connection.query('select 1')).rows).toEqual([{ n: 1 }])
    expect((await connection.query('select 2', [3])).rows).toEqual([{ text: 'select 2', values: [3] }])
    expect((await connection.query({ text: 'select 1', rowMode: 'array' })).rows).toEqual([[1]])
    expect(await connection.execute('delete from account')).toBe(0)
  })

  it('gives each asker rows of her own', async () => {
    const { model, connection } = await modelOf()
    model.answer('select 1', { rows: [{ n: 1 }] })
    const { rows } = await connection.query('select 1')
    rows[0].n = 2
    expect((await connection.query('select 1')).rows).toEqual([{ n: 1 }])
  })

  it('writes down what came to it', async () => {
    const { model, connection } = await modelOf()
    await connection.transaction((tx) => tx.query('insert into payment values ($1)', [{ cents: 5 }]))
    expect(model.received).toEqual([
      { text: 'BEGIN', values: [], processId: 1 },
      { text: 'insert into payment values ($1)', values: ['{"cents":5}'], processId: 1 },
      { text: 'COMMIT', values: [], processId: 1 },
    ])
  })

  it('fails a transaction at the first error, and takes nothing more in it', async () => {
    const { model, connection } = await modelOf()
    model.answer('insert', { error: { code: '23505' } })
    const swallowed = connection.transaction(async (tx) => {
      await tx.query('insert').catch(() => {})
      await expect(tx.query('select 1')).rejects.toMatchObject({ code: '25P02' })
    })
    await expect(swallowed).rejects.toMatchObject({ code: 'TRANSACTION_ABORTED' })
    expect(connection.transactionStatus).toBe('idle')
  })

  it('fails a statement by what its script throws', async () => {
    const { model, connection } = await modelOf()
    model.answer('select 1', () => {
      throw new RangeError('of the script')
    })
    await expect(connection.query('select 1')).rejects.toThrow('of the script')
  })

  it('answers nothing while a script has not, and then in order', async () => {
    const { model, connection } = await modelOf()
    let answer: () => void = () => undefined
    model.answer('slow', () => new Promise<void>((resolve) => (answer = resolve)))
    const slow = watched(connection.query('slow'))
    const quick = watched(connection.query('quick'))
    await model.pass(60_000)
    expect([slow, quick]).toEqual([{}, {}])
    expect(model.state).toBe('querying')
    answer()
    await model.settle()
    expect(quick.value?.command).toBe('QUICK')
  })

  it('cancels what a script never answers, at its deadline', async () => {
    const { model, connection } = await modelOf()
    model.answer('slow', () => new Promise(() => undefined))
    const slow = watched(connection.query('slow', [], { timeoutMs: 5000 }))
    await model.pass(4999)
    expect(slow).toEqual({})
    await model.pass(1)
    expect(slow.error).toBeInstanceOf(RequestTimeoutError)
    expect(model.state).toBe('connected')
  })

  it('hands on notifications: of other clients, of the connection itself when it commits', async () => {
    const { model, connection } = await modelOf()
    const heard: string[] = []
    await connection.listen('News of "today"', ({ payload }) => heard.push(payload))
    model.notify('News of "today"', 'one')
    model.notify('yesterday', 'never')
    await connection.transaction(async (tx) => {
      await tx.notify('News of "today"', 'two')
      await model.settle()
      expect(heard).toEqual(['one'])
    })
    const rolledBack = connection.transaction(async (tx) => {
      await tx.notify('News of "today"', 'never')
      throw new Error('no')
    })
    await expect(rolledBack).rejects.toThrow('no')
    await model.settle()
    expect(heard).toEqual(['one', 'two'])
    await connection.unlisten('News of "today"')
    model.notify('News of "today"', 'never')
    await model.settle()
    expect(heard).toEqual(['one', 'two'])
  })

  it('has cursors, by their FETCH', async () => {
    const { model, connection } = await modelOf()
    const rows = [{ n: 1 }, { n: 2 }, { n: 3 }]
    model.answer(/^fetch/i, ({ text }) => ({ rows: rows.splice(0, Number(/\d+/.exec(text)?.[0])) }))
    const seen: number[] = []
    for await (const { n } of connection.cursor<{ n: number }>('select n', [], { batchSize: 2 })) seen.push(n)
    expect(seen).toEqual([1, 2, 3])
    expect(model.received.at(-1)?.text).toBe('COMMIT')
  })

  it.each([undefined, 'answer'])('refuses %j for a reply', async (reply) => {
    const { model } = await modelOf()
    expect(() => model.answer('select 1', reply as never)).toThrow(InvalidOptionError)
  })
})

describe('a connection of a model', () => {
  it('loses its session, by the word that was given, and gets the next', async () => {
    const { model, connection } = await modelOf()
    const losses: unknown[] = []
    connection.on('lost', ({ failure: { kind, code } }) => losses.push([kind, code]))
    for (const fault of [undefined, { code: '57P01' }, { code: 'ECONNRESET' }, { code: 'EPIPE' }]) {
      model.lose(fault)
      expect(model.state).toBe('dead')
      await model.until('connected')
    }
    const codes = ['57P01', 'ECONNRESET', 'EPIPE']
    expect(losses).toEqual([
      ['closed', undefined],
      ...codes.map((code) => [code === '57P01' ? 'server' : 'network', code]),
    ])
    expect(connection.processId).toBe(5)
  })

  it('is refused while its server is stopped, and sends what waited when it is mended', async () => {
    const { model, connection } = await modelOf({ whileDown: { waitMs: 10_000 } })
    model.stop()
    await model.until('reconnecting')
    const waiting = watched(connection.query('select 1'))
    const refused = watched(connection.query('select 2', [], { timeoutMs: 3000 }))
    await model.pass(5000)
    expect(waiting).toEqual({})
    expect(refused.error).toBeInstanceOf(RequestTimeoutError)
    model.mend()
    await model.until('connected')
    expect(waiting.value?.rows).toEqual([])
    expect(model.received.map(({ text }) => text)).toEqual(['select 1'])
  })

  it('is dead for good when another attempt is hopeless, and lives again by connect()', async () => {
    const { model, connection } = await modelOf()
    model.refuse({ code: '28P01' })
    model.lose()
    await model.until('dead')
    await expect(connection.query('select 1')).rejects.toThrow(ConnectionDeadError)
    await expect(connection.connect()).rejects.toThrow(ConnectFailedError)
    model.mend()
    await connection.connect()
    expect(model.state).toBe('connected')
  })

  it('finds a frozen server dead by its heartbeat, and goes on when it is mended', async () => {
    const { model, connection } = await modelOf()
    const lost = watched(new Promise((resolve) => connection.on('lost', resolve)))
    model.freeze()
    await model.pass(120_000)
    expect(lost.value).toMatchObject({ failure: { kind: 'monitor' } })
    expect(model.state).toBe('reconnecting')
    model.mend()
    await model.until('connected')
    await connection.query('select 1')
  })

  it('says of what was lost in flight what the real one says', async () => {
    const { model, connection } = await modelOf()
    model.answer('insert', () => model.lose({ code: 'ECONNRESET' }))
    await expect(connection.query('insert')).rejects.toThrow(ConnectionLostError)
    await model.until('connected')
    model.answer('COMMIT', () => model.lose())
    const committing = connection.transaction((tx) => tx.query('update'))
    await expect(committing).rejects.toThrow(CommitOutcomeUnknownError)
  })

  it('stays where it is until time goes on, and says so when it never comes where it is awaited', async () => {
    const { model } = await modelOf({ monitors: [] })
    model.stop()
    await model.settle()
    expect(model.state).toBe('reconnecting')
    await expect(model.until('connected', 60_000)).rejects.toThrow('is reconnecting after 60000 ms')
    await model.connection.end()
    await expect(model.until('connected')).rejects.toThrow('is closed')
  })

  it('has neighbours, or a pool, with the same server and the same clock', async () => {
    const { model } = await modelOf()
    model.answer('select 1', { rows: [{ n: 1 }] })
    const pool = new Pool({ ...model.config, min: 2, max: 2 })
    onTestFinished(() => pool.end())
    await pool.start()
    expect((await pool.query('select 1')).rows).toEqual([{ n: 1 }])
    expect(new Set([...pool.connections].map(({ processId }) => processId))).toEqual(new Set([2, 3]))
    model.lose()
    await model.until('connected')
    await model.pass(5000)
    expect((await pool.query('select 1')).rows).toEqual([{ n: 1 }])
  })

  it('ends with its model, whatever its server does', async () => {
    const { model, connection } = await modelOf()
    model.answer('slow', () => new Promise(() => undefined))
    const slow = watched(connection.query('slow'))
    await model.settle()
    model.freeze()
    await model[Symbol.asyncDispose]()
    expect(connection.state).toBe('closed')
    expect(slow.error).toBeInstanceOf(Error)
    expect(model.clock.pendingTimers).toBe(0)
  })

  it('is one with the options that it is given', async () => {
    expect(() => createConnectionModel({ reconect: false } as never)).toThrow(InvalidOptionError)
    const { model } = await modelOf({ reconnect: false, name: 'mine' })
    expect(model.connection.name).toBe('mine')
    model.lose()
    await model.until('dead')
  })
})
