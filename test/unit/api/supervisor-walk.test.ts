import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Supervisor } from '../../../src/api/supervisor/supervisor.ts'
import { VirtualClock } from '../../../src/model/virtual-clock.ts'
import { reset } from './resource.ts'

type Step = 'report' | 'harmless' | 'run' | 'recover' | 'connects fail' | 'connects work' | 'stop' | number

const steps = fc.array(
  fc.oneof<fc.WeightedArbitrary<Step>[]>(
    { weight: 8, arbitrary: fc.constantFrom<Step>('report', 'harmless', 'run', 'recover') },
    { weight: 4, arbitrary: fc.constantFrom<Step>('connects fail', 'connects work') },
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 400 }) },
    { weight: 1, arbitrary: fc.constant<Step>('stop') },
  ),
  { maxLength: 30 },
)

/** What may be told next. */
const after: Record<string, string[]> = {
  lost: ['reconnecting'],
  reconnecting: ['reconnecting', 'recovered', 'dead'],
  recovered: ['lost'],
  dead: ['reconnecting'],
}

/** A resource that takes its time for everything, and notices when it is treated badly. */
class Slow {
  readonly faults: string[] = []
  works = true
  connecting = 0
  connects = 0
  readonly #clock: VirtualClock

  constructor(clock: VirtualClock) {
    this.#clock = clock
  }

  async connect(): Promise<void> {
    this.connects++
    if (++this.connecting > 1) this.faults.push('two attempts at once')
    await this.#while(30)
    this.connecting--
    if (!this.works) throw reset()
  }

  async close(): Promise<void> {
    await this.#while(20)
  }

  #while(ms: number): Promise<void> {
    return new Promise((resolve) => this.#clock.setTimeout(resolve, ms))
  }
}

it('a supervisor makes one attempt at a time, tells a path of its chart, and is still when stopped, whatever happens', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (walk) => {
      const clock = new VirtualClock()
      const resource = new Slow(clock)
      const supervisor = new Supervisor(resource, { clock, backoff: () => [0, 50, 100] })
      const told: string[] = []
      for (const type of ['lost', 'reconnecting', 'recovered', 'dead'] as const) {
        supervisor.on(type, () => told.push(type))
      }
      let connectsAtStop = Number.POSITIVE_INFINITY
      const must = (said: boolean, wanted: boolean, step: Step): void => {
        if (said !== wanted) resource.faults.push(`${step} said ${said} after ${told.join(', ')}`)
      }
      for (const step of walk) {
        const isStopped = Number.isFinite(connectsAtStop)
        const isOpen = !supervisor.isDead && !isStopped
        if (step === 'report') must(supervisor.report(reset()), isOpen, step)
        else if (step === 'harmless') must(supervisor.report(new RangeError()), false, step)
        else if (step === 'recover') must(supervisor.recover(), told.at(-1) === 'dead' && !isStopped, step)
        else if (step === 'run') must(await supervisor.run(() => true).catch(() => false), isOpen, step)
        else if (step === 'connects work') resource.works = true
        else if (step === 'connects fail') resource.works = false
        else if (step === 'stop') {
          void supervisor.stop()
          connectsAtStop = Math.min(connectsAtStop, resource.connects)
        } else await clock.advanceAsync(step)
      }
      await clock.advanceAsync(10_000)
      for (const [index, word] of told.entries())
        expect(after[told[index - 1] ?? 'recovered']).toContain(word)
      expect(resource.faults).toEqual([])
      expect(resource.connects).toBeLessThanOrEqual(connectsAtStop)
      expect(clock.pendingTimers).toBe(0)
    }),
    { numRuns: 200 },
  )
}, 30_000)
