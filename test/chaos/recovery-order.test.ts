import { afterAll, describe, expect, it } from 'vitest'
import { testServer } from '../support/test-server.ts'
import { openWorld, type World } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

/** Writes down what passes the cable to the server, by the word in its comment. */
function tap(world: World, log: string[]): void {
  world.proxy.holdNext(({ type, text }) => {
    const word = /\/\* (\w+) \*\/|(LISTEN)|(set_config)/.exec(text)
    if ((type === 'Q' || type === 'P') && word) log.push(`wire: ${word[1] ?? word[2] ?? word[3]}`)
    return false
  }, 'toServer')
}

describe('a recovery', () => {
  it('goes in its order: settings, setup, LISTEN, gap, handlers, state, connected, ready(), the queue (txpostgres point 14)', async () => {
    await using world = await openWorld({ server, proxy: true })
    const log: string[] = []
    const connection = await world.connect({
      whileDown: { waitMs: 10_000 },
      settings: { work_mem: '5MB' },
      setup: (session) => session.query('select 1 /* setup */'),
    })
    await connection.listen('a')
    connection.addRecoveryHandler((session) => session.query('select 1 /* handler */'))
    connection.addRecoveryHandler((session) => session.query('select 1 /* secondHandler */'))
    connection.on('gap', () => log.push('gap'))
    connection.on('state', ({ from }) => from === 'reconnecting' && log.push('state'))
    connection.on('connected', () => log.push('connected'))
    tap(world, log)
    connection.on('lost', () => {
      log.push('lost')
      void connection.ready().then(() => log.push('ready'))
      for (const number of [1, 2, 3]) {
        void connection.query(`select 1 /* queued${number} */`).then(() => log.push(`answer ${number}`))
      }
      void connection.transaction((tx) => tx.query('select 1 /* queuedTransaction */'))
      void connection.session(() => log.push('lease'))
      void connection.query('select 1 /* queued4 */').then(() => log.push('answer 4'))
    })
    world.proxy.cut()
    await world.told(connection, 'connected', 2)
    await world.settled()
    const answers = log.filter((entry) => entry.startsWith('answer'))
    expect(answers).toEqual(['answer 1', 'answer 2', 'answer 3', 'answer 4'])
    expect(log.filter((entry) => !entry.startsWith('answer'))).toEqual([
      'lost',
      'wire: set_config',
      'wire: setup',
      'wire: LISTEN',
      'gap',
      'wire: handler',
      'wire: secondHandler',
      'state',
      'connected',
      'ready',
      'wire: queued1',
      'wire: queued2',
      'wire: queued3',
      'wire: queuedTransaction',
      'lease',
      'wire: queued4',
    ])
  })

  it('lets a queued session in only after ready()', async () => {
    await using world = await openWorld({ server, connections: 1, config: { whileDown: { waitMs: 10_000 } } })
    const connection = world.connections[0]!
    const log: string[] = []
    connection.on('connected', () => log.push('connected'))
    connection.on('lost', () => {
      void connection.session(() => log.push('session'))
      void connection.ready().then(() => log.push('ready'))
    })
    await world.kill(connection)
    await world.told(connection, 'connected', 2)
    await world.settled()
    expect(log).toEqual(['connected', 'ready', 'session'])
  })

  it('lets nothing of the users in before its place, whatever they ask from their callbacks', async () => {
    await using world = await openWorld({ server, proxy: true })
    const log: string[] = []
    const connection = await world.connect({
      whileDown: { waitMs: 10_000 },
      setup: (session) => session.query('select 1 /* setup */'),
    })
    const ask = (word: string) => void connection.query(`select 1 /* ${word} */`, [], { detached: true })
    connection.on('lost', () => ask('fromLost'))
    connection.on('reconnecting', () => ask('fromReconnecting'))
    connection.on('gap', () => ask('fromGap'))
    connection.addRecoveryHandler(() => ask('fromHandler'))
    connection.on('connected', () => ask('fromConnected'))
    await connection.listen('a')
    tap(world, log)
    world.proxy.cut()
    await world.told(connection, 'connected', 2)
    await world.settled()
    expect(log).toEqual([
      'wire: setup',
      'wire: LISTEN',
      'wire: fromLost',
      'wire: fromReconnecting',
      'wire: fromGap',
      'wire: fromHandler',
      'wire: fromConnected',
    ])
  })

  it('has settings and setup done on every session, the first included', async () => {
    await using world = await openWorld({
      server,
      connections: 1,
      config: {
        settings: { work_mem: '5MB', 'app.tenant': `o'hara` },
        setup: (session) => session.query(`set statement_timeout = '7s'`),
      },
    })
    const connection = world.connections[0]!
    for (let session = 1; session <= 2; session++) {
      const { rows } = await connection.query(
        `select current_setting('work_mem') as mem, current_setting('app.tenant') as tenant,
                current_setting('statement_timeout') as timeout`,
      )
      expect(rows).toEqual([{ mem: '5MB', tenant: `o'hara`, timeout: '7s' }])
      await world.kill(connection)
      await world.told(connection, 'connected', session + 1)
    }
  })

  it('that is lost again on the way starts over', async () => {
    await using world = await openWorld({ server, proxy: true })
    let losses = 0
    const connection = await world.connect({ whileDown: { waitMs: 10_000 } })
    connection.addRecoveryHandler(async (session) => {
      if (losses++ < 2) await session.query('select pg_terminate_backend(pg_backend_pid())').catch(() => {})
    })
    world.proxy.cut()
    await world.told(connection, 'lost')
    const asked = world.write(connection)
    await asked
    expect(world.noticesOf(connection, 'lost')).toHaveLength(1)
    expect(world.noticesOf(connection, 'reconnecting')).toHaveLength(3)
    expect(world.noticesOf(connection, 'connected')).toHaveLength(2)
  })

  it('takes the pid of the new session everywhere', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const pids = new Set([connection.processId])
    let handlers = 0
    connection.addRecoveryHandler(async (session) => {
      const { rows } = await session.query('select pg_backend_pid() as pid')
      expect(session.processId).toBe(rows[0].pid)
      handlers++
    })
    for (let loss = 1; loss <= 3; loss++) {
      await world.kill(connection)
      const { processId, recovered } = await world.told(connection, 'connected', loss + 1)
      expect({ processId, recovered }).toEqual({ processId: connection.processId, recovered: true })
      pids.add(processId)
    }
    expect(pids.size).toBe(4)
    expect(handlers).toBe(3)
    expect(world.noticesOf(connection, 'listenerError')).toEqual([])
  })
})
