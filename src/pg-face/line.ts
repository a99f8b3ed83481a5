// The line for a client, which in pg-pool has no end of its own: a deadline for each, and none waits for a server that
// stays away for longer than `whileDown` says.
import { RequestTimeoutError } from '../errors/request-errors.ts'
import type { FaceSettings } from './face-settings.ts'
import type { Outage } from './outage.ts'
import type { ConnectCallback, PendingItem, PoolInternals } from './pool-internals.ts'
import { Waiting } from './waiting.ts'

export class Line {
  readonly #pool: PoolInternals
  readonly #settings: FaceSettings
  readonly #outage: Outage
  /** Of those who had to stand in line. */
  readonly #askedAt = new WeakMap<PendingItem, number>()

  constructor(pool: PoolInternals, settings: FaceSettings, outage: Outage) {
    this.#pool = pool
    this.#settings = settings
    this.#outage = outage
  }

  join(callback: ConnectCallback, ask: (callback: ConnectCallback) => void): void {
    const { clock, acquireTimeoutMs, waitMs, name } = this.#settings
    if (acquireTimeoutMs === 0 && waitMs === undefined) return ask(callback)
    const waiting = new Waiting(clock, callback)
    const queue = this.#pool._pendingQueue
    const others = queue.length
    ask(waiting.answer)
    if (queue.length > others) {
      waiting.item = queue[queue.length - 1] as PendingItem
      this.#askedAt.set(waiting.item, waiting.askedAt)
      if (waitMs !== undefined) waiting.after(waitMs, () => this.#review(waiting))
    }
    // In pg-pool's words for a place in line.
    const late = 'timeout exceeded when trying to connect'
    if (acquireTimeoutMs > 0)
      waiting.after(acquireTimeoutMs, () =>
        this.#giveUp(waiting, new RequestTimeoutError(late, { phase: 'acquire', connectionName: name })),
      )
  }

  /** How long the server may stay away for one whose turn has come; undefined = one attempt. */
  patienceOf(item: PendingItem): number | undefined {
    const { clock, waitMs } = this.#settings
    const askedAt = this.#askedAt.get(item)
    if (waitMs === undefined || askedAt === undefined) return waitMs === 0 ? undefined : waitMs
    return Math.max(this.#due(askedAt) - clock.now(), 1)
  }

  /** From the loss or the call, the later. */
  #due(askedAt: number): number {
    return Math.max(askedAt, this.#outage.since ?? 0) + (this.#settings.waitMs ?? 0)
  }

  #review(waiting: Waiting): void {
    const { clock, waitMs = 0 } = this.#settings
    const { since, lastError } = this.#outage
    // While there are sessions it waits for one of them.
    const leftMs = since === undefined ? Math.max(waitMs, 1) : this.#due(waiting.askedAt) - clock.now()
    if (leftMs > 0) waiting.after(leftMs, () => this.#review(waiting))
    else this.#giveUp(waiting, lastError ?? new Error('the server is down'))
  }

  #giveUp(waiting: Waiting, error: unknown): void {
    const queue = this.#pool._pendingQueue
    const at = waiting.item === undefined ? -1 : queue.indexOf(waiting.item)
    if (at >= 0) queue.splice(at, 1)
    waiting.giveUp(error)
  }
}
