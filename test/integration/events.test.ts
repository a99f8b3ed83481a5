import { afterAll, describe, expect, it, vi } from 'vitest'
import { Connection, type ConnectionNotice } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { worldOfTest } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

async function collect(stream: AsyncIterable<ConnectionNotice>): Promise<ConnectionNotice[]> {
  const notices: ConnectionNotice[] = []
  for await (const notice of stream) notices.push(notice)
  return notices
}

describe('on', () => {
  it('tells the life of a connection, each kind with what belongs to it (txpostgres point 20)', async () => {
    const world = await worldOfTest(server, { config: { reconnect: { backoff: () => [0, 5, 5] } } })
    const began = Date.now() - 1
    const connection = await world.connect()
    const first = connection.processId
    const inFlight = connection.query('select pg_sleep(5)')
    await world.running(connection, '%pg_sleep%')
    await world.kill(connection)
    await expect(inFlight).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
    await world.told(connection, 'connected', 2)
    const host = { host: server.host, port: server.port }
    expect(world.noticesOf(connection, 'connected')).toEqual([
      { type: 'connected', processId: first, host, attempt: 1, recovered: false },
      { type: 'connected', processId: connection.processId, host, attempt: 1, recovered: true },
    ])
    const [lost] = world.noticesOf(connection, 'lost')
    expect(lost).toMatchObject({
      inFlight: 1,
      queued: 0,
      failure: { kind: 'server', phase: 'querying', code: '57P01' },
    })
    expect(world.noticesOf(connection, 'reconnecting')).toMatchObject([
      { type: 'reconnecting', attempt: 1, delayMs: 0, failure: { code: '57P01' } },
    ])
    const states = world.noticesOf(connection, 'state')
    expect(states.map(({ from, to }) => `${from} → ${to}`)).toEqual([
      'idle → connecting',
      'connecting → connected',
      'connected → querying',
      'querying → dead',
      'dead → reconnecting',
      'reconnecting → connected',
    ])
    for (const { at } of states) {
      expect(at).toBeGreaterThan(began)
      expect(at).toBeLessThan(Date.now() + 1)
    }
    await connection.end()
    expect(world.noticesOf(connection, 'closed')).toEqual([{ type: 'closed' }])
    expect(world.states(connection).slice(-2)).toEqual(['closing', 'closed'])
  })

  it('tells that it was given up, and why', async () => {
    const world = await worldOfTest(server)
    const connection = world.connection({ reconnect: false })
    await connection.connect()
    await world.kill(connection)
    expect(await world.told(connection, 'dead')).toMatchObject({ failure: { code: '57P01' }, attempts: 0 })
    expect(world.noticesOf(connection, 'reconnecting')).toEqual([])
    expect(connection.state).toBe('dead')
  })

  it("tells the server's notices, and notifications", async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect()
    await connection.query(
      `do $$ begin raise warning 'mind %', 'the gap' using detail = 'more', hint = 'less'; end $$`,
    )
    expect((await world.told(connection, 'notice')).notice).toMatchObject({
      severity: 'WARNING',
      code: '01000',
      message: 'mind the gap',
      detail: 'more',
      hint: 'less',
      routine: 'exec_stmt_raise',
    })
    await connection.listen('told')
    await connection.notify('told', 'x')
    expect(await world.told(connection, 'notification')).toEqual({
      type: 'notification',
      channel: 'told',
      payload: 'x',
      processId: connection.processId,
    })
  })

  it('stops by its function or its signal, and heeds a signal aborted before', async () => {
    const world = await worldOfTest(server)
    const connection = world.connection()
    const heard: string[] = []
    const controller = world.controller()
    const remove = connection.on('state', ({ to }) => {
      heard.push(`first ${to}`)
      if (to === 'connecting') remove()
    })
    connection.on('state', ({ to }) => heard.push(`second ${to}`), { signal: controller.signal })
    connection.on('state', ({ to }) => heard.push(`third ${to}`), { signal: AbortSignal.abort() })
    connection.on('connected', () => controller.abort())
    await connection.connect()
    await connection.query('select 1')
    const removals = [() => removeOther()]
    connection.on('closed', () => removals[0]!())
    const removeOther = connection.on('closed', () => heard.push('removed by another'))
    await connection.end()
    remove()
    expect(heard).toEqual(['first connecting', 'second connecting', 'second connected'])
  })

  it('runs no listener inside of the call that caused the event', async () => {
    const world = await worldOfTest(server)
    const connection = world.connection()
    let isInside = true
    const heard: boolean[] = []
    connection.on('state', () => heard.push(isInside))
    const connecting = connection.connect()
    isInside = false
    await connecting
    expect(heard).not.toContain(true)
  })

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('no good')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no good'))],
  ])('reports what a listener %s, to listenerError, and goes on', async (_, listener) => {
    const world = await worldOfTest(server)
    const connection = world.connection()
    const heard: string[] = []
    connection.on('state', listener)
    connection.on('state', ({ to }) => heard.push(to))
    connection.on('listenerError', listener)
    await connection.connect()
    expect((await connection.query('select 1 as n')).rows).toEqual([{ n: 1 }])
    await eventually(() => world.noticesOf(connection, 'listenerError').length >= 2, {
      what: 'it was reported',
    })
    expect(world.noticesOf(connection, 'listenerError')[0]).toMatchObject({
      error: { message: 'no good' },
      during: "a listener of 'state'",
    })
    expect(heard.slice(0, 2)).toEqual(['connecting', 'connected'])
    expect(world.states(connection)).not.toContain('dead')
  })

  it('warns the process once, without the error, when nobody listens to listenerError', async () => {
    const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const connection = new Connection({ connectionString: server.url, name: 'unheard' })
    connection.on('state', () => {
      throw new Error('a secret')
    })
    await connection.connect()
    await connection.query('select 1')
    await connection.end()
    expect(emitWarning).toHaveBeenCalledTimes(1)
    expect(JSON.stringify(emitWarning.mock.calls)).toContain('listenerError')
    expect(JSON.stringify(emitWarning.mock.calls)).not.toContain('a secret')
    emitWarning.mockRestore()
  })
})

describe('events()', () => {
  it('is the whole life in order, and ends after `closed`', async () => {
    const world = await worldOfTest(server, { config: { whileDown: { waitMs: 5000 } } })
    const connection = world.connection()
    const all = collect(connection.events())
    await connection.connect()
    await connection.listen('stream of all')
    await connection.notify('stream of all', 'x')
    await world.kill(connection)
    await world.told(connection, 'connected', 2)
    await connection.end()
    const notices = await all
    const words = notices.map((notice) => (notice.type === 'state' ? `→ ${notice.to}` : notice.type))
    expect(words.filter((word) => word !== '→ querying')).toEqual([
      '→ connecting',
      '→ connected',
      'connected',
      'notification',
      ...(words.filter((word) => word === '→ connected').length > 2 ? ['→ connected'] : []),
      'lost',
      '→ dead',
      '→ reconnecting',
      'reconnecting',
      'gap',
      '→ connected',
      'connected',
      '→ closing',
      '→ closed',
      'closed',
    ])
  })

  it('ends by its signal, and by leaving the loop; nothing is kept for it after that', async () => {
    const world = await worldOfTest(server)
    const connection = world.connection()
    const controller = world.controller()
    const bySignal = collect(connection.events({ signal: controller.signal }))
    const byLeaving = (async () => {
      for await (const notice of connection.events()) return notice.type
      return 'nothing'
    })()
    expect(await collect(connection.events({ signal: AbortSignal.abort() }))).toEqual([])
    await connection.connect()
    expect(await byLeaving).toBe('state')
    controller.abort()
    await bySignal
  })

  it('drops the oldest beyond its bufferLimit, and tells how many', async () => {
    const world = await worldOfTest(server)
    const connection = world.connection()
    const stream = connection.events({ bufferLimit: 3 })
    await connection.connect()
    await connection.query(`do $$ begin for i in 1..20 loop raise notice '%', i; end loop; end $$`)
    await connection.end()
    const notices = await collect(stream)
    expect(notices[0]).toEqual({ type: 'overflow', dropped: expect.any(Number) as number })
    expect((notices[0] as { dropped: number }).dropped).toBeGreaterThan(20)
    expect(notices.slice(1).map((notice) => (notice.type === 'state' ? notice.to : notice.type))).toEqual([
      'closing',
      'closed',
      'closed',
    ])
  })

  it('serves one reader that asks for several at once', async () => {
    const world = await worldOfTest(server)
    const connection = world.connection()
    const stream = connection.events()[Symbol.asyncIterator]()
    const nexts = [stream.next(), stream.next(), stream.next()]
    await connection.connect()
    const notices = (await Promise.all(nexts)).map(({ value }) => (value as ConnectionNotice).type)
    expect(notices).toEqual(['state', 'state', 'connected'])
    await stream.return?.()
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })

  it('tells each of several readers everything', async () => {
    const world = await worldOfTest(server)
    const connection = world.connection()
    const streams = [collect(connection.events()), collect(connection.events())]
    await connection.connect()
    await connection.query('select 1')
    await connection.end()
    const [one, other] = await Promise.all(streams)
    expect(one!.length).toBeGreaterThan(4)
    expect(one).toEqual(other)
  })
})
