import { connect as connectSocket } from 'node:net'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { InvalidOptionError } from '../../src/index.ts'
import { ownFaults } from '../../visualizations/inspect/chaos.ts'
import { inspect } from '../../visualizations/inspect/inspect.ts'
import { SystemWatch } from '../../visualizations/inspect/system-watch.ts'
import { eventually } from '../support/eventually.ts'
import { openInspector, readPage } from '../support/inspector/reading-page.ts'
import { worldOfTest } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())
afterEach(() => vi.unstubAllEnvs())

describe('the inspector', () => {
  it('tells in the protocol of @xstate/inspect what every connection made from then on does', async () => {
    await using inspector = await openInspector()
    const world = await worldOfTest(server)
    const connection = await world.connect({ name: 'orders' })
    await using page = await readPage(inspector.address)
    await connection.query('select $1::int', [1])
    await connection.transaction((tx) => tx.query('select 2'))
    await world.kill(connection)
    await world.told(connection, 'connected', 2)
    await page.until('the recovery is told', () => page.events().some(({ type }) => type === 'restored'))

    const registered = page.messages().filter(({ type }) => type === 'service.register')
    expect(registered).toMatchObject([{ id: 'orders', sessionId: expect.stringMatching(/^connection:\d+$/) }])
    const states = page.messages().filter(({ type }) => type === 'service.state')
    const taken = states.flatMap(({ state }) => JSON.parse(String(state)).transitions as string[])
    expect(taken).toEqual(
      expect.arrayContaining([
        'attached/session.lost/0',
        'reconnecting.waiting/always/0',
        'dead.burying/hungUp/0',
      ]),
    )
    const [statement] = page.events().filter(({ type }) => type === 'statement')
    expect(statement).toMatchObject({ keyword: 'SELECT', values: 1, lane: 'autocommit', role: 'statement' })
    const { id } = statement as { id: number }
    const life = page.events().filter((event) => event['id'] === id)
    expect(life.map(({ type }) => type)).toEqual(['statement', 'request.written', 'request.settled'])
    expect(life.at(-1)).toMatchObject({ end: 'answered', inFlight: 0, queued: 0 })
    const roles = page.events().flatMap(({ type, role }) => (type === 'statement' ? [role] : []))
    expect(roles).toEqual(['statement', 'begin', 'statement', 'commit'])
  })

  it('tells latecomers all that went before, and several pages the same', async () => {
    await using inspector = await openInspector()
    const world = await worldOfTest(server)
    await using early = await readPage(inspector.address)
    const connection = await world.connect()
    await connection.query('select 1')
    await connection.end()
    await early.until('the end', () => early.events().at(-1)?.['type'] === 'hungUp')
    await using late = await readPage(inspector.address)
    await late.until('the end, again', () => late.events().at(-1)?.['type'] === 'hungUp')
    expect(late.events()).toEqual(early.events())
  })

  it('finds a connection that was there before, when it is given it', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect({ name: 'elder' })
    await using inspector = await openInspector({ connections: [connection] })
    inspector.watch(connection)
    await using page = await readPage(inspector.address)
    await page.until('it is shown', () => page.text().includes('elder'))
    expect(page.messages().filter(({ type }) => type === 'service.register')).toHaveLength(1)
  })

  it('shows no secret of configuration, values, literals, errors, payloads and channels', async () => {
    const canary = 'canary7f3a'
    await using inspector = await openInspector()
    const world = await worldOfTest(server)
    const connection = await world.connect({
      application_name: `${canary}-app`,
      settings: { 'canary.setting': `${canary}-setting` },
      whileDown: { waitMs: 1_000 },
    })
    await using page = await readPage(inspector.address)
    await connection.query(`select '${canary}' as ${canary}, $1::text`, [`${canary}-value`])
    await connection.query(`/* ${canary} */ select 1`)
    await connection.listen(canary, () => undefined)
    await connection.notify(canary, `${canary}-payload`)
    const duplicate = `create temp table t (id text primary key); insert into t values ('${canary}'), ('${canary}')`
    await expect(connection.query(duplicate)).rejects.toMatchObject({
      detail: expect.stringContaining(canary),
    })
    await expect(connection.query(`select ${canary}`)).rejects.toThrow(canary)
    await connection.query(`do $$ begin raise warning '${canary}'; end $$`)
    const abort = new AbortController()
    abort.abort(Object.assign(new Error(canary), { name: canary, code: canary }))
    await expect(connection.query('select 1', [], { signal: abort.signal })).rejects.toThrow(canary)
    connection.actor.send({ type: canary } as never)
    connection.actor.send({ type: 'retire', reason: canary })
    await world.told(connection, 'connected', 2)
    await connection.end()
    await page.until('the end', () => page.events().at(-1)?.['type'] === 'hungUp')
    expect(page.events().length).toBeGreaterThan(20)
    expect(page.text()).not.toContain(canary)
    expect(page.text()).not.toContain(server.password || 'no password to look for')
  })

  it('shows statements in full where it was asked to, and says so; values never', async () => {
    await using inspector = await openInspector({ showSql: true })
    const world = await worldOfTest(server)
    const connection = await world.connect()
    await using page = await readPage(inspector.address)
    await connection.query('select $1::text as shown_text', ['hidden value'])
    await page.until('it is shown', () => page.text().includes('shown_text'))
    expect(page.messages()[0]).toMatchObject({ type: 'inspector.hello', showsSql: true })
    expect(page.text()).not.toContain('hidden value')
  })

  it('that fails is switched off with a warning, and no transition is lost', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect()
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const outlet = {
      introduce: () => undefined,
      forget: () => undefined,
      say: () => {
        throw new Error('hunter2')
      },
    }
    const watch = new SystemWatch(connection.actor, 'orders', outlet)
    expect((await connection.query('select 1 as n')).rows).toEqual([{ n: 1 }])
    await world.kill(connection)
    await world.told(connection, 'connected', 2)
    watch.close()
    expect(warned.mock.calls).toEqual([['the inspector of orders has failed and is switched off (Error)']])
    warned.mockRestore()
  })

  it('breaks on no reason that a request was aborted with', async () => {
    await using _inspector = await openInspector()
    const world = await worldOfTest(server)
    const connection = await world.connect()
    const reason = {
      get outcome(): string {
        throw new Error('not even this')
      },
    }
    const abort = new AbortController()
    const asked = connection.query('select pg_sleep(10)', [], { signal: abort.signal })
    abort.abort(reason)
    expect(await asked.catch((error: unknown) => error === reason)).toBe(true)
    expect(connection.pending).toBe(0)
    expect((await connection.query('select 1 as n')).rows).toEqual([{ n: 1 }])
  })

  it('is not started in production, unless it must be, and harms nobody there', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    await expect(openInspector()).rejects.toThrow(InvalidOptionError)
    await using inspector = await openInspector({ force: true, allowChaos: true, faults: ownFaults })
    await using page = await readPage(inspector.address)
    await page.until('it greets', () => page.messages().length > 0)
    expect(page.messages()[0]).toMatchObject({ faults: [] })
    const order = { method: 'POST', body: '{"fault":"killBackend","sessionId":"connection:1"}' }
    const headers = { Authorization: `Bearer ${page.token}`, 'Content-Type': 'application/json' }
    expect((await fetch(`${page.origin}/command`, { ...order, headers })).status).toBe(403)
  })

  it('refuses options that it does not know', async () => {
    await expect(inspect({ showSQL: true } as never)).rejects.toThrow('the nearest known one is `showSql`')
    await expect(inspect({ allowChaos: 'yes' } as never)).rejects.toThrow(
      'option `allowChaos` wants a boolean',
    )
  })
})

describe('the server of the inspector', () => {
  it('does what it is told by its page, and nothing else', async () => {
    await using inspector = await openInspector({ allowChaos: true, faults: ownFaults })
    const world = await worldOfTest(server)
    const connection = await world.connect()
    await using page = await readPage(inspector.address)
    await page.until('it is shown', () => page.text().includes('service.register'))
    const sessionId = String(page.messages().find(({ type }) => type === 'service.register')?.['sessionId'])
    const post = async (body: string, headers: Record<string, string> = {}) => {
      const { status } = await fetch(`${page.origin}/command`, {
        method: 'POST',
        body,
        headers: { Authorization: `Bearer ${page.token}`, 'Content-Type': 'application/json', ...headers },
      })
      return status
    }
    const order = (fault: string, of = sessionId) => JSON.stringify({ fault, sessionId: of })
    const { processId } = connection
    for (const garbage of ['', '{', 'null', '[]', '{"fault":1}', 'x'.repeat(70_000)])
      expect(await post(garbage)).toBe(400)
    expect(await post(order('constructor'))).toBe(404)
    expect(await post(order('killBackend', 'connection:0'))).toBe(404)
    expect(await post(order('killBackend'), { 'Content-Type': 'text/plain' })).toBe(400)
    expect(await post(order('killBackend'), { Authorization: 'Bearer wrong' })).toBe(401)
    expect(await post(order('killBackend'), { Origin: 'http://evil.example' })).toBe(403)
    expect(connection.processId).toBe(processId)

    expect(await post(order('killBackend'))).toBe(204)
    await world.told(connection, 'connected', 2)
    expect(await post(order('dropSocket'))).toBe(204)
    await world.told(connection, 'connected', 3)
  })

  it('is read-only where it was not asked to be more', async () => {
    await using inspector = await openInspector({ faults: ownFaults })
    const { origin, hash } = new URL(inspector.address)
    const headers = { Authorization: `Bearer ${hash.slice(7)}`, 'Content-Type': 'application/json' }
    const { status } = await fetch(`${origin}/command`, { method: 'POST', headers, body: '{}' })
    expect(status).toBe(403)
  })

  it('survives what is no HTTP, and goes on', async () => {
    await using inspector = await openInspector()
    const { port, origin } = new URL(inspector.address)
    const bytes = [
      Buffer.from([0x81, 0x7f, 0, 1, 2, 255]),
      Buffer.from('GET / HTTP/1.1\r\nHost'),
      Buffer.alloc(99_999),
    ]
    for (const frame of bytes) {
      const socket = connectSocket(Number(port), '127.0.0.1')
      socket.on('error', () => undefined)
      socket.write(frame)
      socket.end()
    }
    await eventually(async () => expect((await fetch(origin)).status).toBe(200), { what: 'it answers' })
  })

  it('lets its process end, and leaves its port when it is closed', async () => {
    const inspector = await openInspector()
    const { origin } = new URL(inspector.address)
    expect(new URL(inspector.address).hostname).toBe('127.0.0.1')
    await inspector.close()
    await expect(fetch(origin)).rejects.toThrow('fetch failed')
  })
})
