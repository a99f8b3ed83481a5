// Leases that are held for too long are told, with the place where they were asked for.
import { unrefing } from '../unrefing-clock.ts'
import type { PoolSettings } from './pool-settings.ts'

/** Of a pool of `Lent`. */
export class LeakWatch<Lent> {
  readonly #settings: Pick<PoolSettings, 'leakThresholdMs' | 'clock'>
  readonly #tell: (lent: Lent, heldMs: number, stack: string) => void

  constructor(
    settings: Pick<PoolSettings, 'leakThresholdMs' | 'clock'>,
    tell: (lent: Lent, heldMs: number, stack: string) => void,
  ) {
    this.#settings = settings
    this.#tell = tell
  }

  /** Where the caller is, for a report that may come; empty when nobody looks for leaks. */
  stackOf(caller: (...args: never[]) => unknown): string {
    if (this.#settings.leakThresholdMs === 0) return ''
    const here: { stack?: string } = {}
    Error.captureStackTrace(here, caller)
    return (here.stack ?? '').split('\n').slice(1).join('\n')
  }

  /** Returns how to say that it was given back. */
  watch(lent: Lent, stack: string): () => void {
    const { leakThresholdMs } = this.#settings
    if (leakThresholdMs === 0) return () => undefined
    const clock = unrefing(this.#settings.clock)
    const since = clock.now()
    const timer = clock.setTimeout(() => this.#tell(lent, clock.now() - since, stack), leakThresholdMs)
    return () => clock.clearTimeout(timer)
  }
}
