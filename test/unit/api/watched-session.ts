import type { Session } from '../../../src/api/session.ts'
import type { HostDoor } from '../../../src/api/sessions/host-question.ts'
import type { WatchedSession } from '../../../src/api/sessions/monitor.ts'
import type { Clock } from '../../../src/backoff/clock.ts'
import { VirtualClock } from '../../../src/model/virtual-clock.ts'

/** Settles one probe: `undefined` = answered, anything else is what it rejects with. */
export type Settle = (error?: unknown) => void

/** A session with nobody behind it: what a monitor asks of it is kept, and answered by hand. */
export class FakeSession implements WatchedSession {
  readonly virtual: VirtualClock
  readonly ended = new AbortController()
  readonly signal: AbortSignal = this.ended.signal
  readonly asked: string[] = []
  readonly reports: { message: string; code?: string }[] = []
  readonly retirements: string[] = []
  readonly unanswered: Settle[] = []
  /** Timers that could keep the process alive. */
  readonly keeping = new Set<unknown>()
  quiet = true
  /** How its host is reached, where that can be asked. */
  reached: HostDoor | undefined
  /** How long the event loop has been blocked, in all: nothing runs meanwhile, and time passes. */
  blockedMs = 0
  readonly clock: Clock
  #lastActivityAt: number

  /** @param beside another session of the same process, whose clock is its clock */
  constructor(beside?: FakeSession) {
    this.virtual = beside?.virtual ?? new VirtualClock()
    this.clock = beside?.clock ?? this.#ownClock()
    this.#lastActivityAt = this.clock.now()
  }

  #ownClock(): Clock {
    return {
      now: () => this.virtual.now() + this.blockedMs,
      setTimeout: (callback, ms) => {
        const timer = { id: 0, unref: () => this.keeping.delete(timer) }
        timer.id = this.virtual.setTimeout(callback, ms)
        this.keeping.add(timer)
        return timer
      },
      clearTimeout: (timer) => this.virtual.clearTimeout((timer as { id: number } | undefined)?.id),
    }
  }

  readonly session = {
    query: (text: string) => {
      this.asked.push(text)
      return new Promise<void>((resolve, reject) => {
        this.unanswered.push((error) => (error === undefined ? resolve() : reject(error)))
      })
    },
  } as unknown as Session

  readonly report = (failure: { message: string; code?: string }): void => {
    this.reports.push(failure)
  }

  readonly retire = (reason: string): void => {
    this.retirements.push(reason)
  }

  readonly lastActivityAt = (): number => this.#lastActivityAt

  readonly isQuiet = (): boolean => this.quiet

  readonly isOver = (): boolean => this.signal.aborted

  /** How often it was asked for its role, and how each question ends. */
  readonly roleChecks: ((error?: Error) => void)[] = []

  readonly checkRole = (): Promise<void> =>
    new Promise((resolve, reject) => {
      this.roleChecks.push((error) => (error === undefined ? resolve() : reject(error)))
    })

  readonly door = (): HostDoor | undefined => this.reached

  /** A byte of the server's. */
  speak(): void {
    this.#lastActivityAt = this.clock.now()
  }

  /** The server answers the oldest probe. */
  answer(error?: unknown): void {
    this.speak()
    this.unanswered.shift()!(error)
  }
}
