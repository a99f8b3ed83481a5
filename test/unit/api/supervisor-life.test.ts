import { describe, expect, it, vi } from 'vitest'
import { Supervisor } from '../../../src/api/supervisor/supervisor.ts'
import { ConnectionDeadError } from '../../../src/errors/connect-errors.ts'
import { InvalidOptionError } from '../../../src/errors/invalid-option-error.ts'
import { ConnectionClosedError } from '../../../src/errors/session-errors.ts'
import { eventually } from '../../support/eventually.ts'
import { never, Resource, reset, supervised } from './resource.ts'

describe('recovery handlers', () => {
  it('run after connect() has succeeded, once, each once however often it was added (txpostgres 60)', async () => {
    const { clock, resource, supervisor, diary } = supervised()
    let open: (value: unknown) => void = () => undefined
    resource.connects = [() => new Promise((resolve) => (open = resolve))]
    const handler = () => diary.push('handler')
    supervisor.addRecoveryHandler(handler)
    supervisor.addRecoveryHandler(handler)
    const remove = supervisor.addRecoveryHandler(() => diary.push('removed'))
    remove()
    supervisor.report(reset())
    await clock.advanceAsync(1000)
    expect(diary).toEqual(['close', 'connect'])
    open('opened')
    await clock.advanceAsync(0)
    expect(diary).toEqual(['close', 'connect', 'handler'])
    supervisor.removeRecoveryHandler(handler)
    supervisor.removeRecoveryHandler(handler)
    supervisor.report(reset())
    await clock.advanceAsync(1000)
    expect(diary).toEqual(['close', 'connect', 'handler', 'close', 'connect'])
  })

  it('that throw or reject are told of, and count for nothing (txpostgres 61)', async () => {
    const { clock, supervisor, told, words } = supervised()
    const errors = [new Error('thrown'), new Error('rejected')]
    supervisor.addRecoveryHandler(() => {
      throw errors[0]
    })
    supervisor.addRecoveryHandler(() => Promise.reject(errors[1]))
    supervisor.report(reset())
    await clock.advanceAsync(1000)
    expect(words()).toEqual(['lost', 'reconnecting', 'listenerError', 'listenerError', 'recovered'])
    const reported = told.filter(([type]) => type === 'listenerError').map(([, event]) => event)
    expect(reported).toEqual(errors.map((error) => ({ error, during: 'a recovery handler' })))
    expect(supervisor.isDead).toBe(false)
  })

  it('keep everybody else out until they have ended, and may use run() themselves (txpostgres point 14)', async () => {
    const { clock, supervisor, diary } = supervised()
    let finish: (value: unknown) => void = () => undefined
    supervisor.addRecoveryHandler(async () => {
      await supervisor.run(() => diary.push('first step'))
      await new Promise((resolve) => (finish = resolve))
      await supervisor.run(() => diary.push('second step'))
    })
    supervisor.report(reset())
    await clock.advanceAsync(1000)
    await expect(supervisor.run(() => diary.push('intruder'))).rejects.toBeInstanceOf(ConnectionDeadError)
    finish('go on')
    await clock.advanceAsync(0)
    await supervisor.run(() => diary.push('everybody'))
    expect(diary).toEqual(['close', 'connect', 'first step', 'second step', 'everybody'])
  })

  it('that never end are passed over in time', async () => {
    const { clock, supervisor, words } = supervised({ connectTimeoutMs: 200 })
    const ran: string[] = []
    supervisor.addRecoveryHandler(never)
    supervisor.addRecoveryHandler(() => ran.push('after the time was up'))
    supervisor.report(reset())
    await clock.advanceAsync(1200)
    await clock.advanceAsync(0)
    expect(words()).toEqual(['lost', 'reconnecting', 'listenerError', 'recovered'])
    expect(ran).toEqual([])
    expect(clock.pendingTimers).toBe(0)
  })

  it('that find the resource dead again make it a failed attempt', async () => {
    const { clock, supervisor, told } = supervised()
    let calls = 0
    supervisor.addRecoveryHandler(() =>
      supervisor.run(() => (++calls === 1 ? Promise.reject(reset()) : Promise.resolve())),
    )
    supervisor.report(reset())
    await clock.advanceAsync(2000)
    expect(told.map(([type]) => type)).toEqual([
      'lost',
      'reconnecting',
      'reconnecting',
      'listenerError',
      'recovered',
    ])
    expect(told.at(-1)).toEqual(['recovered', { attempts: 2 }])
  })
})

describe('listeners', () => {
  it('harm nobody, and are told of', async () => {
    const { clock, supervisor, told } = supervised()
    supervisor.on('lost', () => {
      throw new Error('listener')
    })
    supervisor.on('listenerError', () => {
      throw new Error('listener of errors')
    })
    supervisor.report(reset())
    await clock.advanceAsync(1000)
    const errors = told.filter(([type]) => type === 'listenerError').map(([, event]) => event)
    expect(errors).toEqual([{ error: new Error('listener'), during: "a listener of 'lost'" }])
    expect(supervisor.isDead).toBe(false)
  })

  it('are warned of once when nobody listens to errors', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const supervisor = new Supervisor(new Resource(), { backoff: () => [0] })
    supervisor.addRecoveryHandler(() => Promise.reject(new Error('secret')))
    for (let life = 0; life < 2; life++) {
      supervisor.report(reset())
      await eventually(() => !supervisor.isDead, { what: 'the resource is back' })
    }
    expect(warn.mock.calls.map(([message]) => message)).toEqual([
      "an error was thrown by a recovery handler; listen to 'listenerError' to see these",
    ])
    warn.mockRestore()
  })

  it('are not called any more once removed', async () => {
    const { supervisor, clock } = supervised()
    const heard: string[] = []
    const stop = supervisor.on('lost', () => heard.push('lost'))
    stop()
    supervisor.report(reset())
    await clock.advanceAsync(0)
    expect(heard).toEqual([])
  })
})

describe('stop', () => {
  it('leaves a living resource to its owner, refuses work and judges nothing', async () => {
    const { clock, supervisor, diary } = supervised()
    await supervisor.stop()
    await supervisor.stop()
    expect(diary).toEqual([])
    expect(supervisor.isDead).toBe(false)
    await expect(supervisor.run(() => 1)).rejects.toBeInstanceOf(ConnectionClosedError)
    expect(supervisor.report(reset())).toBe(false)
    expect(supervisor.recover()).toBe(false)
    expect(clock.pendingTimers).toBe(0)
  })

  it('in the middle of a delay makes no more attempt (txpostgres point 10)', async () => {
    const { clock, supervisor, diary } = supervised()
    supervisor.report(reset())
    await clock.advanceAsync(500)
    await supervisor.stop()
    await clock.advanceAsync(100_000)
    expect(diary).not.toContain('connect')
    expect(supervisor.isDead).toBe(true)
    expect(clock.pendingTimers).toBe(0)
  })

  it('in the middle of an attempt closes what the attempt opens later (txpostgres point 10)', async () => {
    const { clock, resource, supervisor, diary, words } = supervised()
    let open: (value: unknown) => void = () => undefined
    resource.connects = [() => new Promise((resolve) => (open = resolve))]
    supervisor.report(reset())
    await clock.advanceAsync(1000)
    await supervisor.stop()
    expect(diary).toEqual(['close', 'connect', 'close'])
    open('too late')
    await clock.advanceAsync(0)
    expect(diary).toEqual(['close', 'connect', 'close', 'close'])
    expect(words()).not.toContain('recovered')
    expect(clock.pendingTimers).toBe(0)
  })

  it('in the middle of the recovery handlers closes the resource and runs no more of them', async () => {
    const { clock, supervisor, diary } = supervised()
    supervisor.addRecoveryHandler(never)
    supervisor.addRecoveryHandler(() => diary.push('handler'))
    supervisor.report(reset())
    await clock.advanceAsync(1000)
    await supervisor.stop()
    await clock.advanceAsync(100_000)
    expect(diary).toEqual(['close', 'connect', 'close'])
    expect(clock.pendingTimers).toBe(0)
  })

  it('resolves although close() hangs', async () => {
    const { clock, resource, supervisor } = supervised()
    resource.closes = never
    supervisor.report(reset())
    const stopped = supervisor.stop()
    await clock.advanceAsync(500)
    await stopped
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('bad input', () => {
  it.each([undefined, null, 5, {}, { connect() {} }, { connect: 1, close() {} }])(
    'resource %o is refused',
    (resource) => {
      expect(() => new Supervisor(resource as never)).toThrow(InvalidOptionError)
      expect(() => new Supervisor(resource as never)).toThrow('option `resource` wants')
    },
  )

  it.each<[string, unknown]>([
    ['isDead', true],
    ['isHopeless', {}],
    ['backoff', [1, 2]],
    ['clock', {}],
    ['clock', null],
    ['connectTimeoutMs', 0],
    ['connectTimeoutMs', Number.NaN],
    ['reconnect', {}],
  ])('option %s: %o is refused', (option, value) => {
    const build = () => new Supervisor(new Resource(), { [option]: value })
    expect(build).toThrow(InvalidOptionError)
    expect(build).toThrow(`option \`${option}\``)
  })

  it('is refused by each method, and disturbs nothing', async () => {
    const { supervisor, words } = supervised()
    expect(() => new Supervisor(new Resource(), 5 as never)).toThrow(InvalidOptionError)
    expect(() => supervisor.on('lots' as never, () => undefined)).toThrow('the nearest known one is `lost`')
    expect(() => supervisor.on('lost', 5 as never)).toThrow(InvalidOptionError)
    expect(() => supervisor.addRecoveryHandler(null as never)).toThrow(InvalidOptionError)
    await expect(supervisor.run(5 as never)).rejects.toBeInstanceOf(InvalidOptionError)
    for (const options of [null, { timeoutMs: 0 }, { timeoutMs: '5' }, { signal: 'stop' }, { wait: 1 }])
      await expect(supervisor.run(() => 1, options as never)).rejects.toBeInstanceOf(InvalidOptionError)
    expect(words()).toEqual([])
  })
})
