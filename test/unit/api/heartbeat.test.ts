import { afterEach, describe, expect, it } from 'vitest'
import { type HeartbeatOptions, heartbeat } from '../../../src/api/sessions/heartbeat.ts'
import { createFailure } from '../../../src/errors/failure.ts'
import { InvalidOptionError } from '../../../src/errors/invalid-option-error.ts'
import { RequestTimeoutError } from '../../../src/errors/request-errors.ts'
import { ConnectionLostError } from '../../../src/errors/session-errors.ts'
import { FakeSession } from './watched-session.ts'

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

function watched(options: HeartbeatOptions = { idleMs: 100, timeoutMs: 40 }) {
  const session = new FakeSession()
  const stop = heartbeat(options).start(session) as () => void
  stops.push(stop)
  const pass = (ms: number) => session.virtual.advanceAsync(ms)
  return { session, stop, pass }
}

const verdict = [{ message: 'no answer to an empty query within 40 ms' }]
const lost = new ConnectionLostError('gone', {
  failure: createFailure({ kind: 'network', phase: 'idle', message: 'x' }),
  outcome: 'unknown',
})

describe('a heartbeat', () => {
  it('says nothing while the server does', async () => {
    const { session, pass } = watched()
    for (let ms = 0; ms < 1000; ms += 50) {
      await pass(50)
      session.speak()
    }
    expect(session.asked).toEqual([])
  })

  it('asks for a byte after so long without one, counting from the last', async () => {
    const { session, pass } = watched()
    await pass(60)
    session.speak()
    await pass(99)
    expect(session.asked).toEqual([])
    await pass(1)
    expect(session.asked).toEqual([''])
  })

  it('waits five seconds for a byte and two for the answer, unless told otherwise', async () => {
    const { session, pass } = watched({})
    await pass(4999)
    expect(session.asked).toEqual([])
    await pass(1)
    expect(session.asked).toEqual([''])
    await pass(1999)
    expect(session.reports).toEqual([])
    await pass(2)
    expect(session.reports).toEqual([{ message: 'no answer to an empty query within 2000 ms' }])
  })

  it('asks again and again, as long as it is answered', async () => {
    const { session, pass } = watched()
    for (let beats = 1; beats <= 20; beats++) {
      await pass(100)
      expect(session.asked).toHaveLength(beats)
      session.answer()
      await pass(39)
    }
    expect(session.reports).toEqual([])
  })

  it('reports a session that does not answer, once, and is done', async () => {
    const { session, pass } = watched()
    await pass(139)
    expect(session.reports).toEqual([])
    await pass(2)
    expect(session.reports).toEqual(verdict)
    expect(session.virtual.pendingTimers).toBe(0)
    await pass(1000)
    expect(session.reports).toHaveLength(1)
    expect(session.asked).toHaveLength(1)
  })

  it('takes any byte since the question for life, and none after that for death', async () => {
    const { session, pass } = watched()
    await pass(130)
    session.speak()
    await pass(49)
    expect(session.reports).toEqual([])
    await pass(32)
    expect(session.reports).toEqual(verdict)
  })

  it('takes an error of the server for life', async () => {
    const { session, pass } = watched()
    await pass(100)
    session.answer(Object.assign(new Error('not now'), { code: '57014', severity: 'ERROR' }))
    await pass(100)
    session.answer(new RequestTimeoutError('cancelled', { phase: 'execution' }))
    await pass(100)
    expect(session.asked).toHaveLength(3)
    expect(session.reports).toEqual([])
  })

  it('leaves a lost session to those who lost it', async () => {
    const { session, pass } = watched()
    await pass(100)
    session.answer(lost)
    await pass(1000)
    expect(session.reports).toEqual([])
    expect(session.asked).toHaveLength(1)
    expect(session.virtual.pendingTimers).toBe(0)
  })

  it('neither asks nor convicts while somebody uses the session', async () => {
    const { session, pass } = watched()
    session.quiet = false
    await pass(1000)
    expect(session.asked).toEqual([])
    session.quiet = true
    await pass(100)
    expect(session.asked).toEqual([''])
    session.quiet = false
    session.answer()
    await pass(1000)
    expect(session.asked).toHaveLength(1)
    expect(session.reports).toEqual([])
  })

  it('asks in the very tick in which the session was quiet', () => {
    const { session } = watched()
    session.virtual.advance(100)
    expect(session.asked).toEqual([''])
  })

  it('does not convict while the answer waits in the socket', async () => {
    const { session, pass } = watched()
    await pass(100)
    session.virtual.advance(40)
    // The deadline has fired; sockets are read before immediates run.
    session.answer()
    await pass(0)
    expect(session.reports).toEqual([])
    await pass(100)
    expect(session.asked).toHaveLength(2)
  })

  it('does not convict because the event loop was blocked, only when nothing comes afterwards', async () => {
    const { session, pass } = watched()
    await pass(100)
    session.blockedMs += 3000
    await pass(79)
    expect(session.reports).toEqual([])
    await pass(2)
    expect(session.reports).toEqual(verdict)
  })

  it('hears the answer that came while the event loop was blocked', async () => {
    const { session, pass } = watched()
    await pass(100)
    session.blockedMs += 3000
    session.virtual.advance(40)
    session.answer()
    await pass(90)
    expect(session.reports).toEqual([])
  })

  it('trusts a session that does not tell whether it is quiet', async () => {
    const session = new FakeSession()
    const { isQuiet: _, ...contract } = session
    stops.push(heartbeat({ idleMs: 100 }).start(contract) as () => void)
    await session.virtual.advanceAsync(100)
    expect(session.asked).toEqual([''])
  })
})

describe('the timers of a heartbeat', () => {
  it('are never more than one, and keep no process alive', async () => {
    const { session, pass } = watched()
    for (let beats = 0; beats < 5; beats++) {
      for (let ms = 0; ms < 100; ms += 10) {
        expect(session.virtual.pendingTimers).toBe(1)
        expect(session.keeping.size).toBe(0)
        await pass(10)
      }
      session.answer()
      await pass(0)
    }
  })

  it.each<[string, number]>([
    ['before the question', 50],
    ['after it', 120],
    ['between the deadline and the last look', 140],
    ['after the verdict', 200],
  ])('are gone once it was stopped %s, twice', async (_, ms) => {
    const { session, stop } = watched()
    session.virtual.advance(ms)
    const reports = session.reports.length
    stop()
    stop()
    expect(session.virtual.pendingTimers).toBe(0)
    await session.virtual.advanceAsync(1000)
    expect(session.reports).toHaveLength(reports)
    expect(session.virtual.pendingTimers).toBe(0)
  })

  it('are gone once the signal says so', async () => {
    const { session, pass } = watched()
    await pass(100)
    session.ended.abort()
    session.answer()
    await pass(1000)
    expect(session.virtual.pendingTimers).toBe(0)
    expect(session.asked).toHaveLength(1)
  })

  it('are never set for a session that has ended already', () => {
    const session = new FakeSession()
    session.ended.abort()
    heartbeat().start(session)
    expect(session.virtual.pendingTimers).toBe(0)
  })

  it('of two sessions of one heartbeat are apart', async () => {
    const monitor = heartbeat({ idleMs: 100, timeoutMs: 40 })
    const [one, two] = [new FakeSession(), new FakeSession()]
    for (const session of [one, two]) stops.push(monitor.start(session) as () => void)
    await one.virtual.advanceAsync(200)
    await two.virtual.advanceAsync(50)
    expect([one.reports, two.reports]).toEqual([verdict, []])
  })
})

describe('the options of a heartbeat', () => {
  const tooLong = 2 ** 31
  it.each(
    ['idleMs', 'timeoutMs'].flatMap((option) =>
      [0, -1, Number.NaN, Number.POSITIVE_INFINITY, tooLong, '5', null].map(
        (value) => [option, value] as const,
      ),
    ),
  )('are refused when wrong: %s: %s', (option, value) => {
    const options = { [option]: value } as HeartbeatOptions
    expect(() => heartbeat(options)).toThrow(InvalidOptionError)
    expect(() => heartbeat(options)).toThrow(`option \`${option}\` wants milliseconds, more than 0`)
  })

  it('are refused when unknown, and when no object', () => {
    expect(() => heartbeat({ idleMS: 5 } as HeartbeatOptions)).toThrow('the nearest known one is `idleMs`')
    for (const options of [null, 5, [], 'x'])
      expect(() => heartbeat(options as never)).toThrow('option `heartbeat` wants an object')
  })
})
