// One question to a host, on a connection of its own, until there is a sign of life or nobody wants to know any more.
import type { Clock } from '../../backoff/clock.ts'
import type { StormPermit } from '../../backoff/host-bucket.ts'
import type { StormLimit } from '../../backoff/storm-limit.ts'
import { hostVerdict } from '../../detectors/host-verdict.ts'

/** How a session's host is reached beside the session. */
export interface HostDoor {
  /** Sessions with the same one share their host's fate. */
  readonly key: string
  readonly limit: StormLimit
  /** Resolves at a sign of life; rejects with what the operating system said instead. */
  inquire(signal: AbortSignal): Promise<void>
}

export interface QuestionKeeper {
  /** Of a session that still waits. */
  readonly door: HostDoor | undefined
  /** The question is out. */
  isOut(): void
  /** There was a sign of life, or there is no way to tell. */
  isOver(hasSpoken: boolean): void
}

/** A host that could not be reached may be reached a moment later. */
const againMs = 500

export class HostQuestion {
  readonly #clock: Clock
  readonly #keeper: QuestionKeeper
  readonly #abort = new AbortController()
  #permit: StormPermit | undefined
  #timer: unknown
  isOut = false

  constructor(clock: Clock, keeper: QuestionKeeper) {
    this.#clock = clock
    this.#keeper = keeper
  }

  /** Within the storm limit, like any attempt to reach the host. */
  ask(): void {
    const { door } = this.#keeper
    if (door === undefined) return
    const permit = door.limit.tryAcquire()
    if (permit !== undefined) return this.#ask(door, permit)
    door.limit.acquire(this.#abort.signal).then(
      (late) => (this.#isEnded ? late.released() : this.#ask(door, late)),
      () => undefined,
    )
  }

  end(as: keyof StormPermit): void {
    this.#clock.clearTimeout(this.#timer)
    this.#permit?.[as]()
    this.#abort.abort()
  }

  get #isEnded(): boolean {
    return this.#abort.signal.aborted
  }

  #ask(door: HostDoor, permit: StormPermit): void {
    this.#permit = permit
    if (!this.isOut) {
      this.isOut = true
      this.#keeper.isOut()
    }
    door.inquire(this.#abort.signal).then(
      () => this.#answered('succeeded'),
      (error: unknown) => this.#failed(error),
    )
  }

  #answered(as: 'succeeded' | 'released'): void {
    if (this.#isEnded) return
    this.end(as)
    this.#keeper.isOver(as === 'succeeded')
  }

  #failed(error: unknown): void {
    if (this.#isEnded) return
    const verdict = hostVerdict(error)
    if (verdict !== 'silent') return this.#answered(verdict === 'alive' ? 'succeeded' : 'released')
    this.#permit?.failed()
    this.#timer = this.#clock.setTimeout(() => this.ask(), againMs)
  }
}
