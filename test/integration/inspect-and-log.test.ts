import { afterAll, describe, expect, it } from 'vitest'
import type { InspectionEvent } from 'xstate'
import type { Logger } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { worldOfTest } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

describe('inspect', () => {
  it('hears of each statement, and of every edge of the chart', async () => {
    const world = await worldOfTest(server)
    const events: string[] = []
    const inspect = (event: InspectionEvent) => {
      if (event.type === '@xstate.event') events.push(event.event.type)
    }
    const connection = await world.connect({ inspect })
    expect(events).toContain('connect')
    expect(events).toContain('dial.opened')
    events.length = 0
    await Promise.all(Array.from({ length: 25 }, () => connection.query('select 1')))
    await connection.transaction((tx) => tx.query('select 1'))
    // 25, and BEGIN, its statement and COMMIT.
    expect(events.filter((type) => type === 'statement')).toHaveLength(28)
    await connection.listen('inspected')
    events.length = 0
    await connection.query(`select pg_notify('inspected', n::text) from generate_series(1, 5) n`)
    expect(events.filter((type) => type === 'session.notified')).toHaveLength(5)
  })

  it('that throws is reported, not asked again, and harms nobody', async () => {
    const world = await worldOfTest(server)
    let calls = 0
    const connection = await world.connect({
      inspect: () => {
        calls++
        throw new Error('no good')
      },
    })
    expect((await connection.query('select 1 as n')).rows).toEqual([{ n: 1 }])
    await world.kill(connection)
    await world.told(connection, 'connected', 2)
    expect(calls).toBe(1)
    expect(world.noticesOf(connection, 'listenerError')).toMatchObject([
      { error: { message: 'no good' }, during: 'inspect' },
    ])
  })

  it('is shown no password, no statement and no value', async () => {
    const world = await worldOfTest(server)
    const shown: string[] = []
    const inspect = (event: InspectionEvent) => {
      shown.push(
        JSON.stringify(event, (key, value: unknown) =>
          key === 'actorRef' || key === 'sourceRef' ? undefined : value,
        ),
      )
    }
    const connection = await world.connect({ inspect })
    await connection.query('select $1::text /* a statement to hide */', ['a value to hide'])
    await connection.transaction((tx) => tx.query('select $1::text', ['a value to hide']))
    await world.kill(connection)
    await world.told(connection, 'connected', 2)
    const all = shown.join('\n')
    expect(shown.length).toBeGreaterThan(10)
    expect(all).not.toContain('to hide')
    expect(all).not.toContain(server.password || 'no password to look for')
  })
})

type Line = [level: string, message: string, fields: object | undefined]

function recorder(): { lines: Line[]; logger: Logger } {
  const lines: Line[] = []
  const at = (level: string) => (message: string, fields?: object) =>
    void lines.push([level, message, fields])
  return { lines, logger: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } }
}

describe('logger', () => {
  it('is told the life of the connection, at the level it deserves (txpostgres point 7)', async () => {
    const world = await worldOfTest(server)
    const { lines, logger } = recorder()
    const connection = await world.connect({ logger, name: 'jobs' })
    const host = `${server.host}:${server.port}`
    await connection.listen('logged')
    await world.kill(connection)
    await world.told(connection, 'connected', 2)
    await connection.session((session) => session.query('begin'))
    await connection.end()
    await eventually(() => lines.some(([, message]) => message === 'jobs: closed'), { what: 'the last line' })
    const told = lines.filter(([level]) => level !== 'debug').map(([level, message]) => `${level} ${message}`)
    expect(told).toEqual([
      `info jobs: connected at ${host}`,
      'warn jobs: lost: the server reported an error while idle (57P01)',
      'info jobs: attempt 1 in 0 ms',
      'warn jobs: notifications may have been missed on 1 channels (lost)',
      `info jobs: recovered at ${host}`,
      'warn jobs: a session on jobs left a transaction open; it was rolled back',
      'info jobs: closed',
    ])
    for (const [, , fields] of lines) expect(fields).toMatchObject({ connection: 'jobs' })
    expect(lines.filter(([level]) => level === 'debug').map(([, message]) => message)).toContain(
      'jobs: connected → dead',
    )
  })

  it('is told when the connection was given up, as an error', async () => {
    const world = await worldOfTest(server)
    const { lines, logger } = recorder()
    const connection = await world.connect({ logger, name: 'jobs', reconnect: false })
    await world.kill(connection)
    await world.told(connection, 'dead')
    expect(lines.filter(([level]) => level === 'error')).toMatchObject([
      ['error', expect.stringContaining('jobs: given up after'), { code: '57P01', kind: 'server' }],
    ])
  })

  it('is told of a listener that throws, without its message, when nobody listens to that', async () => {
    const { lines, logger } = recorder()
    const world = await worldOfTest(server)
    const { Connection } = await import('../../src/index.ts')
    const connection = new Connection({ connectionString: world.url, logger, name: 'jobs' })
    connection.on('connected', () => {
      throw new TypeError('a secret')
    })
    await connection.connect()
    await connection.query('select 1')
    await connection.end()
    expect(lines.filter(([level]) => level === 'error')).toEqual([
      [
        'error',
        "jobs: an error was thrown by a listener of 'connected'",
        { connection: 'jobs', error: 'TypeError', code: undefined },
      ],
    ])
  })

  it('that throws harms nobody', async () => {
    const world = await worldOfTest(server)
    const bad = () => {
      throw new Error('the disk is full')
    }
    const connection = await world.connect({ logger: { debug: bad, info: bad, warn: bad, error: bad } })
    await world.kill(connection)
    await world.told(connection, 'connected', 2)
    expect((await connection.query('select 1 as n')).rows).toEqual([{ n: 1 }])
  })
})
