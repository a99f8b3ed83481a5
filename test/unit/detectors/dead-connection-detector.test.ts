import { describe, expect, it } from 'vitest'
import { DeadConnectionDetector } from '../../../src/detectors/dead-connection-detector.ts'
import { anyOf } from '../../../src/detectors/detector.ts'
import type { ReconnectOptions } from '../../../src/detectors/reconnect-options.ts'
import type { Failure } from '../../../src/errors/failure.ts'
import { InvalidOptionError } from '../../../src/errors/invalid-option-error.ts'
import { networkFailure, refusedLogin, serverError } from './failures.ts'

class FollowsThePrimary extends DeadConnectionDetector {
  readonly seen: string[] = []

  override isDead(failure: Failure): boolean {
    this.seen.push(failure.code ?? 'none')
    return failure.code === '25006' || super.isDead(failure)
  }

  override *backoff(): Iterable<number> {
    yield 0
    yield 1
  }
}

describe('a dead connection detector', () => {
  it('judges as the defaults do', () => {
    const detector = new DeadConnectionDetector()
    expect(detector.isDead(networkFailure('ECONNRESET'))).toBe(true)
    expect(detector.isDead(serverError('57P01'))).toBe(false)
    expect(detector.isHopeless(refusedLogin('28P01'))).toBe(true)
    expect(detector.isHopeless(refusedLogin('57P03'))).toBe(false)
  })

  it('has the schedule of exponential backoff, a fresh one each time', () => {
    const detector = new DeadConnectionDetector()
    for (let outage = 0; outage < 2; outage++) {
      const [first, second] = detector.backoff()
      expect(first).toBe(0)
      expect(second).toBeGreaterThanOrEqual(85)
      expect(second).toBeLessThanOrEqual(170)
    }
  })

  it('does as its options say', () => {
    const detector = new DeadConnectionDetector({
      isDead: ({ code }) => code === 'XX001',
      isHopeless: ({ code }) => code === '53300',
      backoff: () => [7],
    })
    expect(detector.isDead(serverError('XX001'))).toBe(true)
    expect(detector.isDead(networkFailure('ECONNRESET'))).toBe(false)
    expect(detector.isHopeless(refusedLogin('53300'))).toBe(true)
    expect(detector.isHopeless(refusedLogin('28P01'))).toBe(false)
    expect([...detector.backoff()]).toEqual([7])
  })

  it('may be given another detector, which keeps its this', () => {
    const inner = new FollowsThePrimary()
    const outer = new DeadConnectionDetector(inner)
    expect(outer.isDead(serverError('25006'))).toBe(true)
    expect(inner.seen).toEqual(['25006'])
  })

  it('lets a subclass override, and ask the default', () => {
    const detector: ReconnectOptions = new FollowsThePrimary()
    expect(detector.isDead?.(serverError('25006'))).toBe(true)
    expect(detector.isDead?.(networkFailure('EPIPE'))).toBe(true)
    expect(detector.isDead?.(serverError('23505'))).toBe(false)
    expect(detector.isHopeless?.(refusedLogin('3D000'))).toBe(true)
    expect([...(detector.backoff?.() ?? [])]).toEqual([0, 1])
  })

  it('works when its methods are taken off it', () => {
    const detector = new FollowsThePrimary()
    // oxlint-disable-next-line typescript/unbound-method -- what the test is about
    const { isDead, isHopeless, backoff } = detector
    expect(anyOf(isDead)(serverError('25006'))).toBe(true)
    expect(isHopeless(refusedLogin('28P01'))).toBe(true)
    expect([...backoff()]).toEqual([0, 1])
  })

  it.each<[string, unknown]>([
    ['isDead', true],
    ['isHopeless', 'never'],
    ['backoff', [0, 1, 2]],
    ['deathChecker', () => true],
  ])('refuses %s: %s', (option, value) => {
    const make = () => new DeadConnectionDetector({ [option]: value })
    expect(make).toThrow(InvalidOptionError)
    expect(make).toThrow(`option \`reconnect.${option}\``)
  })

  it('refuses what is no object', () => {
    expect(() => new DeadConnectionDetector(false as never)).toThrow(
      'option `reconnect` wants an object, got false',
    )
  })
})
