import { describe, expect, it } from 'vitest'
import { Supervisor } from '../../../src/api/supervisor/supervisor.ts'
import type { SupervisorEvents } from '../../../src/api/supervisor/supervisor-events.ts'
import { exponentialBackoff } from '../../../src/backoff/exponential.ts'
import { DeadConnectionDetector } from '../../../src/detectors/dead-connection-detector.ts'
import { networkError } from '../../../src/detectors/network-error.ts'
import { ConnectionDeadError } from '../../../src/errors/connect-errors.ts'
import type { Failure } from '../../../src/errors/failure.ts'
import { RequestTimeoutError } from '../../../src/errors/request-errors.ts'
import { never, Resource, reset, supervised } from './resource.ts'

const settled = (promise: Promise<unknown>) => promise.catch((error: unknown) => error)

describe('a supervisor', () => {
  it('does nothing about success, nor about an error that it does not know (txpostgres 60)', async () => {
    const { supervisor, diary, words } = supervised()
    await expect(supervisor.run(async () => 'done')).resolves.toBe('done')
    const mistake = new TypeError('not your business')
    await expect(supervisor.run(() => Promise.reject(mistake))).rejects.toBe(mistake)
    expect(supervisor.isDead).toBe(false)
    expect(diary).toEqual([])
    expect(words()).toEqual([])
  })

  it('passes concurrent deadly errors through, and recovers once (txpostgres 60)', async () => {
    const { clock, supervisor, diary, words } = supervised()
    const errors = [reset(), reset()]
    const runs = errors.map((error) => settled(supervisor.run(() => Promise.reject(error))))
    expect(await Promise.all(runs)).toEqual(errors)
    expect(supervisor.isDead).toBe(true)
    await clock.advanceAsync(1000)
    expect(diary).toEqual(['close', 'connect'])
    expect(words()).toEqual(['lost', 'reconnecting', 'recovered'])
  })

  it('refuses while dead, without calling, and works again afterwards (txpostgres 60)', async () => {
    const { clock, supervisor } = supervised()
    expect(supervisor.report(reset())).toBe(true)
    let calls = 0
    const refused = await settled(supervisor.run(() => calls++))
    expect(refused).toBeInstanceOf(ConnectionDeadError)
    expect(refused).toMatchObject({
      since: clock.now(),
      attempt: 0,
      nextAttemptAt: clock.now() + 1000,
      outcome: 'notApplied',
      cause: { code: 'ECONNRESET' },
    })
    expect(calls).toBe(0)
    await clock.advanceAsync(1000)
    await expect(supervisor.run(() => ++calls)).resolves.toBe(1)
  })

  it('tells what it does, with numbers (txpostgres point 2)', async () => {
    const { clock, resource, supervisor, told } = supervised({ backoff: () => [0, 500, 700] })
    resource.connects = [() => Promise.reject(reset()), () => Promise.reject(reset())]
    supervisor.report(reset())
    await clock.advanceAsync(1200)
    expect(told).toEqual([
      ['lost', { failure: expect.objectContaining({ kind: 'network', code: 'ECONNRESET', phase: 'idle' }) }],
      ['reconnecting', { attempt: 1, delayMs: 0 }],
      ['reconnecting', { attempt: 2, delayMs: 500 }],
      ['reconnecting', { attempt: 3, delayMs: 700 }],
      ['recovered', { attempts: 3 }],
    ])
    expect(clock.pendingTimers).toBe(0)
  })

  it('keeps to the sequence of its schedule, in events and on the clock', async () => {
    const backoff = () => exponentialBackoff({ jitter: 0, maxAttempts: 10 })
    const { clock, resource, supervisor, told } = supervised({ backoff })
    const began = clock.now()
    const attemptedAt: number[] = []
    resource.connects = Array.from({ length: 10 }, () => () => {
      attemptedAt.push(clock.now() - began)
      return Promise.reject(reset())
    })
    supervisor.report(reset())
    await clock.advanceAsync(60_000)
    const delays = told.flatMap(([type, event]) =>
      type === 'reconnecting' ? (event as SupervisorEvents['reconnecting']).delayMs : [],
    )
    expect(delays.map((delayMs) => Math.round(delayMs))).toEqual([
      0, 170, 289, 491, 835, 1420, 2414, 4103, 6976, 10_000,
    ])
    const gaps = attemptedAt.map((at, index) => at - (attemptedAt[index - 1] ?? 0))
    for (const [index, delayMs] of delays.entries()) expect(gaps[index]).toBeCloseTo(delayMs, 1)
    expect(told.at(-1)?.[0]).toBe('dead')
  })

  it('connects in the same breath when the first delay is 0, and closes after each failed attempt', async () => {
    const { clock, resource, supervisor, diary } = supervised({ backoff: () => [0, 0, 0] })
    resource.connects = [
      () => {
        throw reset()
      },
      () => Promise.reject(reset()),
    ]
    supervisor.report(reset())
    expect(diary).toEqual(['close', 'connect'])
    await clock.advanceAsync(0)
    await clock.advanceAsync(0)
    expect(diary).toEqual(['close', 'connect', 'close', 'connect', 'close', 'connect'])
    expect(supervisor.isDead).toBe(false)
  })

  it('makes 1000 attempts without a delay, and lets others have a turn', async () => {
    const backoff = () => Array.from({ length: 1001 }, () => 0)
    const { clock, resource, supervisor, told } = supervised({ backoff })
    resource.connects = Array.from({ length: 1000 }, () => () => Promise.reject(reset()))
    supervisor.report(reset())
    await clock.advanceAsync(0)
    expect(told.at(-1)).toEqual(['recovered', { attempts: 1001 }])
  }, 30_000)

  it('is judged by the detector of its options, which keeps its this', async () => {
    class Strict extends DeadConnectionDetector {
      readonly deadly = '22012'
      override isDead(failure: Failure): boolean {
        return failure.code === this.deadly
      }
      override backoff(): Iterable<number> {
        return [1000, 1000, 1000]
      }
    }
    const resource = new Resource()
    const supervisor = new Supervisor(resource, new Strict())
    expect(supervisor.report(reset())).toBe(false)
    expect(supervisor.report({ code: '22012', severity: 'ERROR' })).toBe(true)
    expect(supervisor.report({ code: '22012', severity: 'ERROR' })).toBe(false)
    await supervisor.stop()
    expect(resource.diary).toEqual(['close', 'close'])
  })

  it('tries a first connect again that is made through run()', async () => {
    const { clock, resource, supervisor, words } = supervised()
    resource.connects = [() => Promise.reject(reset())]
    await expect(supervisor.run(() => resource.connect())).rejects.toThrow('ECONNRESET')
    await clock.advanceAsync(1000)
    expect(words().at(-1)).toBe('recovered')
  })

  it('does not let a late error of an earlier life convict the present one', async () => {
    const { clock, supervisor, words } = supervised()
    let fail: (error: Error) => void = () => undefined
    const late = settled(supervisor.run(() => new Promise((_, reject) => (fail = reject))))
    supervisor.report(reset())
    await clock.advanceAsync(1000)
    fail(reset())
    await late
    expect(supervisor.isDead).toBe(false)
    expect(words()).toEqual(['lost', 'reconnecting', 'recovered'])
  })
})

describe('a supervisor whose resource misbehaves', () => {
  it('passes over a close() that throws or rejects (txpostgres 62)', async () => {
    const ways = [() => Promise.reject(reset()), () => never(), () => 'closed', () => null]
    const throwing = () => {
      throw new Error('cannot close')
    }
    for (const closes of [throwing, ...ways]) {
      const { clock, resource, supervisor, words } = supervised()
      resource.closes = closes
      supervisor.report(reset())
      await clock.advanceAsync(1500)
      expect(words()).toEqual(['lost', 'reconnecting', 'recovered'])
      expect(clock.pendingTimers).toBe(0)
    }
  })

  it('gives a close() that hangs half a second (txpostgres point 12)', async () => {
    const { clock, resource, supervisor, words } = supervised()
    resource.closes = never
    supervisor.report(reset())
    await clock.advanceAsync(499)
    expect(words()).toEqual(['lost'])
    await clock.advanceAsync(1)
    expect(words()).toEqual(['lost', 'reconnecting'])
  })

  it('gives an attempt that hangs its time, and makes the next (txpostgres point 12)', async () => {
    const { clock, resource, supervisor, words } = supervised({ connectTimeoutMs: 300 })
    resource.connects = [never]
    supervisor.report(reset())
    await clock.advanceAsync(1300)
    await clock.advanceAsync(0)
    expect(words()).toEqual(['lost', 'reconnecting', 'reconnecting'])
    await clock.advanceAsync(1000)
    expect(words().at(-1)).toBe('recovered')
  })

  it('gives up when the schedule is exhausted, says so once, and stays dead (txpostgres point 12)', async () => {
    const { clock, resource, supervisor, told } = supervised({ backoff: () => [0, 10] })
    const failing = () => Promise.reject(reset())
    resource.connects = [failing, failing]
    supervisor.report(reset())
    await clock.advanceAsync(100_000)
    const deaths = told.filter(([type]) => type === 'dead')
    expect(deaths).toEqual([['dead', { failure: expect.objectContaining({ code: 'ECONNRESET' }) }]])
    expect(supervisor.isDead).toBe(true)
    expect(supervisor.report(reset())).toBe(false)
    await expect(supervisor.run(() => 1)).rejects.toMatchObject({ attempt: 2, nextAttemptAt: undefined })
    expect(clock.pendingTimers).toBe(0)
  })

  it('begins anew with a fresh schedule when recover() is called, and only when given up', async () => {
    const { clock, resource, supervisor, words } = supervised({ backoff: () => [10] })
    expect(supervisor.recover()).toBe(false)
    resource.connects = [() => Promise.reject(reset())]
    supervisor.report(reset())
    expect(supervisor.recover()).toBe(false)
    await clock.advanceAsync(10)
    expect(supervisor.recover()).toBe(true)
    await clock.advanceAsync(10)
    expect(words()).toEqual(['lost', 'reconnecting', 'dead', 'reconnecting', 'recovered'])
    expect(supervisor.isDead).toBe(false)
  })

  it('gives up at once when an attempt fails hopelessly, and closes what it left', async () => {
    const { clock, resource, supervisor, diary, words } = supervised({
      isHopeless: networkError('ENOTFOUND'),
    })
    resource.connects = [() => Promise.reject(Object.assign(new Error(), { code: 'ENOTFOUND' }))]
    supervisor.report(reset())
    await clock.advanceAsync(100_000)
    expect(diary).toEqual(['close', 'connect', 'close'])
    expect(words()).toEqual(['lost', 'reconnecting', 'dead'])
  })

  it('takes a checker that throws for a yes, where it is isDead, and tells of it', async () => {
    const broken = () => {
      throw new Error('who am I to judge')
    }
    const { clock, supervisor, told } = supervised({ isDead: broken, isHopeless: broken })
    expect(supervisor.report(new Error())).toBe(true)
    await clock.advanceAsync(1000)
    expect(told[0]).toEqual(['listenerError', { error: expect.any(Error), during: 'isDead' }])
    expect(supervisor.isDead).toBe(false)
  })

  it('gives up when its schedule throws, and tells of it', async () => {
    const backoff = () => {
      throw new Error('out of order')
    }
    const { clock, supervisor, words } = supervised({ backoff })
    supervisor.report(reset())
    await clock.advanceAsync(0)
    expect(words().toSorted()).toEqual(['dead', 'listenerError', 'lost'])
  })
})

describe('run', () => {
  it('rejects with the reason of an abort, before and while it runs', async () => {
    const { supervisor, words } = supervised()
    const reason = new Error('never mind')
    await expect(supervisor.run(() => 1, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const controller = new AbortController()
    const running = supervisor.run(never, { signal: controller.signal })
    controller.abort(reason)
    await expect(running).rejects.toBe(reason)
    expect(words()).toEqual([])
  })

  it('ends at its deadline, and still judges what it fails with later', async () => {
    const { clock, supervisor } = supervised()
    let fail: (error: Error) => void = () => undefined
    const run = settled(supervisor.run(() => new Promise((_, reject) => (fail = reject)), { timeoutMs: 50 }))
    await clock.advanceAsync(50)
    expect(await run).toBeInstanceOf(RequestTimeoutError)
    expect(await run).toMatchObject({ phase: 'execution', outcome: 'unknown' })
    expect(supervisor.isDead).toBe(false)
    fail(reset())
    await clock.advanceAsync(0)
    expect(supervisor.isDead).toBe(true)
  })
})
