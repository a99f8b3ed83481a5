import { AsyncLocalStorage } from 'node:async_hooks'
import { getEventListeners } from 'node:events'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { ConnectionNotice } from '../../../src/api/connection-events.ts'
import type { Logger } from '../../../src/api/logger.ts'
import { Notices } from '../../../src/api/notices/notices.ts'
import type { Settings } from '../../../src/api/settings.ts'
import { createFailure } from '../../../src/errors/failure.ts'
import { InvalidOptionError } from '../../../src/errors/invalid-option-error.ts'

afterEach(() => vi.restoreAllMocks())

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
const noticesOf = (logger?: Logger) => new Notices({ name: 'orders', logger } as Settings)
const state = (to: 'dead' | 'closing'): ConnectionNotice => ({ type: 'state', from: 'connected', to, at: 1 })
const thrown = (error: unknown) => () => {
  throw error
}

describe('a listener', () => {
  it('hears its kind of notice, in order, after the call that publishes it', async () => {
    const notices = noticesOf()
    const heard: unknown[] = []
    notices.on('state', ({ to }) => heard.push(to))
    notices.on('closed', ({ type }) => heard.push(type))
    notices.publish(state('dead'))
    notices.publish({ type: 'closed' })
    notices.publish(state('closing'))
    expect(heard).toEqual([])
    await turn()
    expect(heard).toEqual(['dead', 'closed', 'closing'])
  })

  it('hears what another publishes meanwhile after what was published before', async () => {
    const notices = noticesOf()
    const heard: unknown[] = []
    notices.on('state', ({ to }) => {
      heard.push(to)
      if (to === 'dead') notices.publish(state('closing'))
    })
    notices.on('closed', () => heard.push('closed'))
    notices.publish(state('dead'))
    notices.publish({ type: 'closed' })
    await turn()
    expect(heard).toEqual(['dead', 'closed', 'closing'])
  })

  it('hears nothing once it is removed, not even by a neighbour in the same moment', async () => {
    const notices = noticesOf()
    const heard: string[] = []
    const removals: (() => void)[] = []
    notices.on('closed', () => {
      heard.push('first')
      removals[0]?.()
    })
    removals.push(notices.on('closed', () => heard.push('second')))
    notices.publish({ type: 'closed' })
    await turn()
    expect(heard).toEqual(['first'])
  })

  it('is removed by its signal, which is let go with it', async () => {
    const notices = noticesOf()
    const controller = new AbortController()
    const heard: string[] = []
    notices.on('closed', () => heard.push('aborted'), { signal: controller.signal })
    const remove = notices.on('closed', () => heard.push('removed'), { signal: controller.signal })
    remove()
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1)
    controller.abort()
    notices.on('closed', () => heard.push('too late'), { signal: controller.signal })
    notices.publish({ type: 'closed' })
    await turn()
    expect(heard).toEqual([])
  })

  it('runs in the context in which it was registered', async () => {
    const storage = new AsyncLocalStorage<string>()
    const notices = noticesOf()
    const seen: unknown[] = []
    storage.run('registered', () => notices.on('closed', () => seen.push(storage.getStore())))
    storage.run('published', () => notices.publish({ type: 'closed' }))
    await turn()
    expect(seen).toEqual(['registered'])
  })

  it.each(['frobnicate', 'toString', undefined])('can not be for %j', (type) => {
    expect(() => noticesOf().on(type as never, () => undefined)).toThrow(InvalidOptionError)
  })

  it.each([undefined, 'listener', {}])('can not be %j', (listener) => {
    expect(() => noticesOf().on('closed', listener as never)).toThrow(InvalidOptionError)
  })
})

describe('a listener that fails', () => {
  it.each<[string, () => unknown]>([
    ['throws', thrown(new Error('no'))],
    ['rejects', () => Promise.reject(new Error('no'))],
  ])('because it %s keeps nobody from hearing, and is reported', async (_, listener) => {
    const notices = noticesOf()
    const heard: unknown[] = []
    notices.on('listenerError', ({ error, during }) => heard.push([String(error), during]))
    notices.on('closed', listener)
    notices.on('closed', () => heard.push('the next'))
    notices.publish({ type: 'closed' })
    await turn()
    expect(heard).toEqual(['the next', ['Error: no', "a listener of 'closed'"]])
  })

  it('is not asked about its own failing, where it hears of failures itself', async () => {
    const notices = noticesOf()
    let calls = 0
    notices.on('listenerError', () => {
      calls++
      throw new Error('again')
    })
    notices.reportError(new Error('no'), 'setup')
    await turn()
    expect(calls).toBe(1)
  })

  it('is told once by a warning of the process, where nobody hears of failures', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const notices = noticesOf()
    notices.on('closed', thrown(new Error('a secret')))
    notices.publish({ type: 'closed' })
    notices.publish({ type: 'closed' })
    await turn()
    expect(warn).toHaveBeenCalledTimes(1)
    expect(warn.mock.calls[0]).toEqual([
      "an error was thrown by a listener of 'closed'; listen to 'listenerError' or give a logger to see these",
      { type: 'PgSupervisorWarning', detail: 'orders' },
    ])
  })
})

const failure = createFailure({
  kind: 'network',
  phase: 'idle',
  code: 'ECONNRESET',
  message: 'the network failed',
  at: 1,
})
const host = { host: 'db', port: 5432 }
const lines: [ConnectionNotice, keyof Logger, string][] = [
  [state('dead'), 'debug', 'orders: connected → dead'],
  [
    { type: 'connected', processId: 7, host, attempt: 1, recovered: false },
    'info',
    'orders: connected at db:5432',
  ],
  [
    { type: 'connected', processId: 7, host, attempt: 2, recovered: true },
    'info',
    'orders: recovered at db:5432',
  ],
  [{ type: 'lost', failure, inFlight: 1, queued: 2 }, 'warn', 'orders: lost: the network failed'],
  [{ type: 'reconnecting', attempt: 2, delayMs: 99.7, failure }, 'info', 'orders: attempt 2 in 100 ms'],
  [{ type: 'dead', failure, attempts: 5 }, 'error', 'orders: given up after 5 attempts: the network failed'],
  [{ type: 'closed' }, 'info', 'orders: closed'],
  [
    { type: 'gap', channels: ['a', 'b'], from: 1, to: 2, reason: 'lost' },
    'warn',
    'orders: notifications may have been missed on 2 channels (lost)',
  ],
  [{ type: 'warning', reason: 'test', message: 'careful' }, 'warn', 'orders: careful'],
  [
    {
      type: 'listenerError',
      error: Object.assign(new TypeError('a secret'), { code: 'E1' }),
      during: 'setup',
    },
    'error',
    'orders: an error was thrown by setup',
  ],
]

describe('a logger', () => {
  it.each(lines)('is told in our own words: $type', async (notice, level, line) => {
    const logged: unknown[][] = []
    const log = (at: string) => (message: string, fields?: object) => logged.push([at, message, fields])
    const logger = {
      debug: log('debug'),
      info: log('info'),
      warn: log('warn'),
      error: log('error'),
    } as Logger
    noticesOf(logger).publish(notice)
    await turn()
    expect(logged).toEqual([[level, line, expect.objectContaining({ connection: 'orders' })]])
    expect(JSON.stringify(logged)).not.toContain('secret')
  })

  it('is told of an error by its class and code alone', async () => {
    const error = vi.fn<Logger['info']>()
    const notices = noticesOf({ error } as unknown as Logger)
    notices.reportError(Object.assign(new TypeError('a secret'), { code: 'E1' }), 'setup')
    notices.reportError('a secret', 'setup')
    await turn()
    expect(error.mock.calls.map(([, fields]) => fields)).toEqual([
      { connection: 'orders', error: 'TypeError', code: 'E1' },
      { connection: 'orders', error: 'string', code: undefined },
    ])
  })

  it('is not bothered with each notification', async () => {
    const logger = {
      debug: vi.fn<Logger['info']>(),
      info: vi.fn<Logger['info']>(),
      warn: vi.fn<Logger['info']>(),
      error: vi.fn<Logger['info']>(),
    }
    noticesOf(logger).publish({ type: 'notification', channel: 'jobs', payload: 'a secret', processId: 1 })
    noticesOf(logger).publish({ type: 'notice', notice: { message: 'a secret' } })
    await turn()
    expect(Object.values(logger).flatMap(({ mock }) => mock.calls)).toEqual([])
  })

  it('that throws harms nobody', async () => {
    const heard: string[] = []
    const notices = noticesOf({
      info: thrown(new Error('no')),
      error: thrown(new Error('no')),
    } as unknown as Logger)
    notices.on('closed', () => heard.push('closed'))
    notices.publish({ type: 'closed' })
    notices.reportError(new Error('no'), 'setup')
    await turn()
    expect(heard).toEqual(['closed'])
  })
})

describe('a stream', () => {
  it('hears every kind of notice, until the connection is closed', async () => {
    const notices = noticesOf()
    const stream = notices.stream()
    notices.publish(state('closing'))
    notices.publish({ type: 'closed' })
    const heard: string[] = []
    for await (const { type } of stream) heard.push(type)
    expect(heard).toEqual(['state', 'closed'])
  })

  it('that begins after the end of one life hears the next', async () => {
    const notices = noticesOf()
    notices.publish({ type: 'closed' })
    const stream = notices.stream()
    notices.publish(state('dead'))
    notices.publish({ type: 'closed' })
    const heard: string[] = []
    for await (const { type } of stream) heard.push(type)
    expect(heard).toEqual(['state', 'closed'])
  })
})
