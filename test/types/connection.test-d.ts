import type { ClientBase, ClientConfig } from 'pg'
import { describe, expectTypeOf, it } from 'vitest'
import {
  type Clock,
  type Connection,
  Connection as ConnectionClass,
  type ConnectionConfig,
  type ConnectionEvents,
  type ConnectionNotice,
  type ConnectionState,
  connect,
  exponentialBackoff,
  type Failure,
  type HostAddress,
  heartbeat,
  type Logger,
  type Monitor,
  type Notification,
  type NotificationObserver,
  type ReconnectOptions,
  type ServerNotice,
  type Session,
  type Subscription,
} from '../../src/index.ts'

declare const connection: Connection

describe('a Connection', () => {
  it('is made of a connection string, a config or nothing', () => {
    expectTypeOf(new ConnectionClass()).toEqualTypeOf<Connection>()
    expectTypeOf(new ConnectionClass('postgres://localhost')).toEqualTypeOf<Connection>()
    expectTypeOf(new ConnectionClass({ host: 'localhost' })).toEqualTypeOf<Connection>()
    expectTypeOf(connect).toEqualTypeOf<(config?: string | ConnectionConfig) => Promise<Connection>>()
    // @ts-expect-error not a number
    void connect(5)
  })

  it('tells of itself what the contract says, and lets nobody write it', () => {
    expectTypeOf(connection.name).toEqualTypeOf<string>()
    expectTypeOf(connection.state).toEqualTypeOf<ConnectionState>()
    expectTypeOf(connection.isUsable).toEqualTypeOf<boolean>()
    expectTypeOf(connection.pending).toEqualTypeOf<number>()
    expectTypeOf(connection.processId).toEqualTypeOf<number | undefined>()
    expectTypeOf(connection.serverVersion).toEqualTypeOf<number | undefined>()
    expectTypeOf(connection.host).toEqualTypeOf<HostAddress | undefined>()
    expectTypeOf(connection.transactionStatus).toEqualTypeOf<
      'idle' | 'inTransaction' | 'failed' | undefined
    >()
    expectTypeOf(connection.unsafeClient).toEqualTypeOf<ClientBase | undefined>()
    expectTypeOf(connection.notifyObservers).toEqualTypeOf<ReadonlySet<NotificationObserver>>()
    expectTypeOf<HostAddress>().toExtend<{ host: string; port: number }>()
    expectTypeOf<ConnectionState>().toEqualTypeOf<
      | 'idle'
      | 'connecting'
      | 'connected'
      | 'querying'
      | 'inTransaction'
      | 'dead'
      | 'reconnecting'
      | 'closing'
      | 'closed'
    >()
    // @ts-expect-error read only
    connection.state = 'closed'
    // @ts-expect-error read only
    connection.name = 'x'
    // @ts-expect-error a copy that is not for changing
    connection.notifyObservers.clear()
  })

  it('connects, waits and ends', () => {
    expectTypeOf(connection.connect({ deadlineMs: 5 })).resolves.toEqualTypeOf<Connection>()
    expectTypeOf(connection.ready({ timeoutMs: 5 })).resolves.toEqualTypeOf<Connection>()
    expectTypeOf(connection.end({ drainMs: 5 })).resolves.toBeVoid()
    expectTypeOf(connection.destroy(new Error('x'))).toBeVoid()
    expectTypeOf(connection).toExtend<AsyncDisposable>()
    void connection.connect({ signal: new AbortController().signal })
    void connection.end({ signal: new AbortController().signal })
    // @ts-expect-error it has a name of its own
    void connection.connect({ timeoutMs: 5 })
    // @ts-expect-error an Error, or nothing
    connection.destroy('x')
  })

  it('has an actor to watch', () => {
    const { value, context, status } = connection.actor.getSnapshot()
    expectTypeOf(value).toExtend<unknown>()
    expectTypeOf(context).toExtend<unknown>()
    expectTypeOf(status).toExtend<string>()
    const { unsubscribe } = connection.actor.subscribe((_snapshot: unknown) => {})
    expectTypeOf(unsubscribe).toExtend<() => void>()
    expectTypeOf(connection.actor.on('lost', () => {}).unsubscribe).toExtend<() => void>()
  })

  it('listens', () => {
    expectTypeOf(connection.listen('c')).resolves.toEqualTypeOf<Subscription>()
    void connection.listen('c', ({ channel, payload, processId }) => {
      expectTypeOf(channel).toBeString()
      expectTypeOf(payload).toBeString()
      expectTypeOf(processId).toBeNumber()
    })
    void connection.listen('c', undefined, { bufferLimit: 5, timeoutMs: 5 })
    void connection.listen('c', async () => {})
    expectTypeOf(connection.unlisten('c', { timeoutMs: 5 })).resolves.toBeVoid()
    expectTypeOf(connection.addNotifyObserver(() => {})).toEqualTypeOf<() => void>()
    expectTypeOf(connection.removeNotifyObserver(() => {})).toBeVoid()
    expectTypeOf<Subscription>().toExtend<AsyncIterable<Notification> & AsyncDisposable>()
    expectTypeOf<Subscription['channel']>().toEqualTypeOf<string>()
    // @ts-expect-error an observer is a function
    void connection.listen('c', 'x')
  })

  it('asks a checker, and runs recovery handlers', () => {
    expectTypeOf(connection.checkForDeath(new Error('x'))).toBeBoolean()
    expectTypeOf(connection.checkForDeath('anything')).toBeBoolean()
    const remove = connection.addRecoveryHandler((session) => {
      expectTypeOf(session).toEqualTypeOf<Session>()
    })
    expectTypeOf(remove).toEqualTypeOf<() => void>()
    connection.removeRecoveryHandler(async () => {})
  })
})

describe('events', () => {
  it('come each with what belongs to it', () => {
    connection.on('lost', ({ failure, inFlight, queued }) => {
      expectTypeOf(failure).toEqualTypeOf<Failure>()
      expectTypeOf(failure.kind).toEqualTypeOf<
        'server' | 'network' | 'protocol' | 'timeout' | 'monitor' | 'rollback' | 'closed' | 'unknown'
      >()
      expectTypeOf(failure.phase).toEqualTypeOf<
        'connecting' | 'idle' | 'querying' | 'inTransaction' | 'committing'
      >()
      expectTypeOf({ inFlight, queued }).toEqualTypeOf<{ inFlight: number; queued: number }>()
    })
    connection.on('state', ({ from, to, at }) => {
      expectTypeOf([from, to]).toEqualTypeOf<ConnectionState[]>()
      expectTypeOf(at).toBeNumber()
    })
    connection.on('connected', (event) => {
      expectTypeOf(event).toExtend<{
        processId: number
        host: HostAddress
        attempt: number
        recovered: boolean
      }>()
    })
    connection.on('gap', ({ channels, reason }) => {
      expectTypeOf(channels).toEqualTypeOf<string[]>()
      expectTypeOf(reason).toEqualTypeOf<'lost' | 'overflow'>()
    })
    connection.on('notification', (event) => expectTypeOf(event).toExtend<Notification>())
    connection.on('notice', ({ notice }) => expectTypeOf(notice).toEqualTypeOf<ServerNotice>())
    connection.on('dead', ({ attempts }) => expectTypeOf(attempts).toBeNumber())
    connection.on('reconnecting', ({ attempt, delayMs }) =>
      expectTypeOf([attempt, delayMs]).toEqualTypeOf<number[]>(),
    )
    connection.on('warning', ({ reason, message }) =>
      expectTypeOf([reason, message]).toEqualTypeOf<string[]>(),
    )
    connection.on('overflow', ({ dropped }) => expectTypeOf(dropped).toBeNumber())
    connection.on('listenerError', ({ error, during }) => {
      expectTypeOf(error).toBeUnknown()
      expectTypeOf(during).toBeString()
    })
    expectTypeOf(connection.on('closed', () => {}, { signal: new AbortController().signal })).toEqualTypeOf<
      () => void
    >()
    // @ts-expect-error no such event
    connection.on('lsot', () => {})
    // @ts-expect-error of another event
    connection.on('closed', ({ failure }) => failure)
  })

  it('are one union, told apart by type', async () => {
    expectTypeOf<ConnectionNotice>().toEqualTypeOf<ConnectionEvents[keyof ConnectionEvents]>()
    expectTypeOf<ConnectionNotice['type']>().toEqualTypeOf<keyof ConnectionEvents>()
    for await (const notice of connection.events({ bufferLimit: 5 })) {
      if (notice.type === 'lost') expectTypeOf(notice.failure).toEqualTypeOf<Failure>()
      if (notice.type === 'closed') expectTypeOf(notice).not.toHaveProperty('failure')
    }
  })
})

describe('a ConnectionConfig', () => {
  it('has the options of the contract', () => {
    const config: ConnectionConfig = {
      connectionString: 'postgres://localhost',
      hosts: [{ host: 'localhost', port: 5432 }],
      targetSessionAttrs: 'prefer-standby',
      loadBalanceHosts: 'random',
      maxStalenessMs: 5_000,
      driver: 'pg',
      verifyCommit: false,
      deadManSettings: false,
      name: 'jobs',
      host: 'localhost',
      port: 5432,
      password: async () => 'x',
      ssl: { rejectUnauthorized: true },
      application_name: 'jobs',
      statement_timeout: 5,
      clientFactory: (_config: ClientConfig) => null as unknown as ClientBase,
      rowMode: 'array',
      mapRow: (values) => values,
      settings: { work_mem: '3MB' },
      setup: (session) => session.query('select 1'),
      reconnect: { isDead: () => false, isHopeless: () => false, backoff: () => exponentialBackoff() },
      monitors: [heartbeat({ idleMs: 5 })],
      whileDown: { waitMs: 5 },
      pipeline: true,
      autoPrepare: { limit: 5 },
      queueLimit: 5,
      connectTimeoutMs: 5,
      statementTimeoutMs: 5,
      allowExitOnIdle: true,
      inspect: ({ type }) => type,
      logger: console,
      clock: { now: () => 0, setTimeout: () => 0, clearTimeout: () => {} },
      random: Math.random,
    }
    void connect(config)
    void connect({ reconnect: false, whileDown: 'reject', autoPrepare: false })
    expectTypeOf<Console>().toExtend<Logger>()
    expectTypeOf<Clock['now']>().toEqualTypeOf<() => number>()
    expectTypeOf<ReconnectOptions['backoff']>().toEqualTypeOf<(() => Iterable<number>) | undefined>()
    expectTypeOf<Parameters<Monitor['start']>[0]['session']>().toEqualTypeOf<Session>()
  })

  it('has none of those that would work against it, and none that nobody knows', () => {
    expectTypeOf<ConnectionConfig>().not.toHaveProperty('connectionTimeoutMillis')
    // @ts-expect-error the supervisor has connectTimeoutMs
    void connect({ connectionTimeoutMillis: 5 })
    // @ts-expect-error it destroys its neighbours: statementTimeoutMs
    void connect({ query_timeout: 5 })
    // @ts-expect-error no such option
    void connect({ qeueuLimit: 5 })
    // @ts-expect-error two words or an object
    void connect({ whileDown: 'wait' })
    // @ts-expect-error it can be switched off, not on
    void connect({ reconnect: true })
    // @ts-expect-error a duration is a number
    void connect({ connectTimeoutMs: '5s' })
    // @ts-expect-error settings are text
    void connect({ settings: { work_mem: 3 } })
  })
})
