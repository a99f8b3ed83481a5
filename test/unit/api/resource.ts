import { expect, onTestFinished } from 'vitest'
import { Supervisor } from '../../../src/api/supervisor/supervisor.ts'
import type { SupervisorEvents } from '../../../src/api/supervisor/supervisor-events.ts'
import type { SupervisorOptions } from '../../../src/api/supervisor/supervisor-options.ts'
import { recordTrace } from '../../../src/machines.ts'
import { VirtualClock } from '../../../src/model/virtual-clock.ts'
import { countTaken, wayFaults } from '../../support/world/chart-ways.ts'

export const reset = (): Error => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
export const never = (): Promise<never> => new Promise(() => {})

/** Something to supervise that does as it is told, and keeps a diary. */
export class Resource {
  readonly diary: string[] = []
  /** What the next calls of connect() do, in turn; then they succeed. */
  connects: (() => Promise<unknown>)[] = []
  closes: () => unknown = () => undefined

  connect(): Promise<unknown> {
    this.diary.push('connect')
    return this.connects.shift()?.() ?? Promise.resolve()
  }

  close(): unknown {
    this.diary.push('close')
    return this.closes()
  }
}

/** A supervised resource, on a clock that stands still, with everything that is told. */
export function supervised(options: SupervisorOptions = {}) {
  const clock = new VirtualClock()
  const resource = new Resource()
  const supervisor = new Supervisor(resource, { backoff: () => [1000, 1000, 1000], clock, ...options })
  const trace = recordTrace(supervisor, { limit: 200 })
  onTestFinished(() => {
    const lines = trace.lines()
    countTaken(lines)
    expect(wayFaults(lines)).toEqual([])
  })
  const told: [keyof SupervisorEvents, unknown][] = []
  for (const type of ['lost', 'reconnecting', 'recovered', 'dead', 'listenerError'] as const) {
    supervisor.on(type, (event) => told.push([type, event]))
  }
  const words = () => told.map(([type]) => type)
  return { clock, resource, supervisor, told, words, diary: resource.diary }
}
