// The host of several sessions of the process. While some of them wait for longer than is usual it is asked, once for all
// of them, whether it lives; when nobody waits any more, nothing is left of that.
import type { Clock } from '../../backoff/clock.ts'
import { unrefing } from '../unrefing-clock.ts'
import { type HostDoor, HostQuestion, type QuestionKeeper } from './host-question.ts'

/** A session, as its host knows it. */
export interface HostSession {
  readonly door: HostDoor | undefined
  lastActivityAt(): number
  /** The question is out: from now on silence counts. Called again when it had to be asked anew. */
  hostAsked(): void
  /** The host lives, or there is no way to tell: wait on. */
  hostMayLive(): void
  /** Asks on the session itself, if that has nothing else to do; true = it does. */
  nudge(): boolean
}

const hostsByClock = new WeakMap<Clock, Map<string, SharedHost>>()

/** The host of a session that begins; it is forgotten with its last one. */
export function enterHost(session: HostSession, { key }: HostDoor, clock: Clock): SharedHost {
  const hosts = hostsByClock.get(clock) ?? new Map<string, SharedHost>()
  hostsByClock.set(clock, hosts)
  const host = hosts.get(key) ?? new SharedHost(unrefing(clock), () => hosts.delete(key))
  hosts.set(key, host)
  host.enter(session)
  return host
}

export class SharedHost implements QuestionKeeper {
  readonly #clock: Clock
  readonly #forget: () => void
  readonly #sessions = new Set<HostSession>()
  readonly #waiting = new Set<HostSession>()
  #question: HostQuestion | undefined
  /** When it last answered a question; what it says otherwise its sessions know. */
  spokeAt = Number.NEGATIVE_INFINITY

  constructor(clock: Clock, forget: () => void) {
    this.#clock = clock
    this.#forget = forget
  }

  enter(session: HostSession): void {
    this.#sessions.add(session)
  }

  leave(session: HostSession): void {
    this.cease(session)
    this.#sessions.delete(session)
    if (this.#sessions.size === 0) this.#forget()
  }

  /** A session waits for its host. */
  wait(session: HostSession): void {
    this.#waiting.add(session)
    if (this.#question === undefined) this.#ask()
    else if (this.#question.isOut) session.hostAsked()
  }

  /** It waits no more. */
  cease(session: HostSession, hasFoundItDead = false): void {
    if (!this.#waiting.delete(session) || this.#waiting.size > 0) return
    this.#question?.end(hasFoundItDead ? 'failed' : 'released')
    this.#question = undefined
  }

  /** Time stood still for this process, and what was asked before belongs to another time. */
  askAgain(): void {
    this.#question?.end('released')
    this.#ask()
  }

  /** To any of its sessions. */
  hasSpokenSince(at: number): boolean {
    for (const session of this.#sessions) if (session.lastActivityAt() > at) return true
    return false
  }

  /** It answered on one of its sessions. */
  spoke(): void {
    if (this.#question === undefined) return
    this.#question.end('succeeded')
    this.isOver(true)
  }

  // ── Told by the question ──

  get door(): HostDoor | undefined {
    const [session] = this.#waiting
    return session?.door
  }

  isOut(): void {
    for (const session of [...this.#waiting]) session.hostAsked()
  }

  isOver(hasSpoken: boolean): void {
    this.#question = undefined
    if (hasSpoken) this.spokeAt = this.#clock.now()
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const session of waiting) session.hostMayLive()
  }

  #ask(): void {
    this.#question = new HostQuestion(this.#clock, this)
    this.#question.ask()
    // What it says to another session is as good: and no postmaster is needed for that.
    for (const session of this.#sessions) if (session.nudge()) return
  }
}
