import { channel, tracingChannel } from 'node:diagnostics_channel'
import { afterAll, describe, expect, it } from 'vitest'
import { Pool } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

type Message = Record<string, unknown> & { connection?: string }

/** Writes down what is told on one tracing channel until its block is left. */
class Ears {
  readonly heard: { moment: string; message: Message }[] = []
  readonly #name: string
  readonly #moments

  constructor(name: string) {
    this.#name = name
    const hear = (moment: string) => (message: object) => {
      this.heard.push({ moment, message: message as Message })
    }
    this.#moments = {
      start: hear('start'),
      end: hear('end'),
      asyncStart: hear('asyncStart'),
      asyncEnd: hear('asyncEnd'),
      error: hear('error'),
    }
    tracingChannel(name).subscribe(this.#moments)
  }

  moments(of: (message: Message) => boolean = () => true): string[] {
    return this.heard.filter(({ message }) => of(message)).map(({ moment }) => moment)
  }

  [Symbol.dispose](): void {
    tracingChannel(this.#name).unsubscribe(this.#moments)
  }
}

const answered = ['start', 'end', 'asyncStart', 'asyncEnd']
const failed = ['start', 'end', 'error', 'asyncStart', 'asyncEnd']

describe('on the channel of statements', () => {
  it('each one is told from the call to its answer', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const [connection] = world.connections
    using ears = new Ears('pg-supervisor:query')
    await connection!.query({ name: 'one', text: 'select $1::int as n' }, [1])
    expect(ears.moments()).toEqual(answered)
    const { message } = ears.heard[3]!
    expect(message).toMatchObject({
      connection: connection!.name,
      text: 'select $1::int as n',
      name: 'one',
      role: 'statement',
      port: Number(new URL(server.url).port),
      database: new URL(server.url).pathname.slice(1),
      result: { rows: [{ n: 1 }] },
    })
    expect(Object.keys(message)).not.toContain('values')
  })

  it('a failure is told with its error', async () => {
    await using world = await openWorld({ server, connections: 1 })
    using ears = new Ears('pg-supervisor:query')
    const error = await world.connections[0]!.query('select 1/0').catch((reason: unknown) => reason)
    expect(ears.moments()).toEqual(failed)
    expect(ears.heard.at(-1)!.message['error']).toBe(error)
  })

  it('a transaction tells its BEGIN, its statements and its COMMIT, within its own story', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const [connection] = world.connections
    using queries = new Ears('pg-supervisor:query')
    using transactions = new Ears('pg-supervisor:transaction')
    await connection!.transaction((tx) => tx.query('select 1'))
    expect(
      queries.heard.filter(({ moment }) => moment === 'start').map(({ message }) => message['role']),
    ).toEqual(['begin', 'statement', 'commit'])
    expect(transactions.moments()).toEqual(answered)
  })

  it('nobody who has left hears any more', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const ears = new Ears('pg-supervisor:query')
    ears[Symbol.dispose]()
    await world.connections[0]!.query('select 1')
    expect(ears.heard).toEqual([])
  })
})

describe('on the channel of attempts to connect', () => {
  it('each attempt is told, whoever made it', async () => {
    await using world = await openWorld({ server, proxy: true })
    using ears = new Ears('pg-supervisor:connect')
    const connection = await world.connect()
    expect(ears.moments()).toEqual(answered)
    world.proxy.cut()
    await world.told(connection, 'connected', 2)
    expect(ears.moments().slice(4)).toEqual(answered)
  })

  it('a failed one is told with its error', async () => {
    await using world = await openWorld({ server, proxy: true })
    using ears = new Ears('pg-supervisor:connect')
    world.proxy.refuse()
    await expect(world.connection().connect()).rejects.toThrow('could not connect')
    expect(ears.moments()).toEqual(failed)
    expect(ears.heard.at(-1)!.message).toMatchObject({ error: { code: 'ECONNREFUSED' } })
  })
})

describe('on the channels of a pool', () => {
  it('who gets a connection, who waits for one, and who gives it back is told', async () => {
    await using pool = new Pool({ connectionString: server.url, max: 1, min: 1 })
    await pool.start()
    const released: object[] = []
    const hear = (message: unknown): void => {
      released.push(message as object)
    }
    channel('pg-supervisor:release').subscribe(hear)
    using ears = new Ears('pg-supervisor:acquire')
    await pool.query('select 1')
    expect(ears.moments()).toEqual(['start', 'end'])
    await Promise.all([
      pool.session((session) => session.query('select 1')),
      pool.session((session) => session.query('select 2')),
    ])
    expect(ears.moments().slice(2).sort()).toEqual([...answered, ...answered].sort())
    expect(ears.heard[0]!.message['pool']).toMatchObject({ max: 1, stats: { idle: 1, busy: 0, waiting: 0 } })
    expect(released).toMatchObject([{ kind: 'statement' }, { kind: 'lease' }, { kind: 'lease' }])
    channel('pg-supervisor:release').unsubscribe(hear)
  })
})

describe('on the channel of notices', () => {
  it('all that a connection tells is told with its name', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    const [connection] = world.connections
    const heard: { connection: string; notice: { type: string } }[] = []
    const hear = (message: unknown): void => {
      heard.push(message as (typeof heard)[number])
    }
    channel('pg-supervisor:notice').subscribe(hear)
    await connection!.listen('anything', () => {})
    await connection!.notify('anything')
    await eventually(() => heard.some(({ notice }) => notice.type === 'notification'), {
      what: 'it is heard',
    })
    world.proxy.cut()
    await world.told(connection!, 'connected', 2)
    channel('pg-supervisor:notice').unsubscribe(hear)
    const types = heard
      .filter((each) => each.connection === connection!.name)
      .map(({ notice }) => notice.type)
    expect(types).toEqual(expect.arrayContaining(['lost', 'reconnecting', 'connected', 'state']))
  })
})
