// One session's heartbeat. An idle session is asked itself. One that is at work, or held by somebody who does not use it
// now, can't be: there the host is asked, beside it.
import type { Clock } from '../../backoff/clock.ts'
import { ConnectionLostError } from '../../errors/session-errors.ts'
import { AttentiveDeadline } from '../../machines/attentive-deadline.ts'
import { Deadline } from '../../machines/deadline.ts'
import { unrefing } from '../unrefing-clock.ts'
import type { HostDoor } from './host-question.ts'
import type { MonitorContext, WatchedSession } from './monitor.ts'
import { enterHost, type HostSession, type SharedHost } from './shared-host.ts'

/** It waits for silence, for an answer of the session, or for one of its host, so that one timer at most is set. */
export class Pulse implements HostSession {
  readonly #watch: MonitorContext & Partial<WatchedSession>
  readonly #clock: Clock
  readonly #idleMs: number
  readonly #timeoutMs: number
  readonly #host: SharedHost | undefined
  #timer: unknown
  #deadline: Deadline | AttentiveDeadline | undefined
  #doing: 'resting' | 'probing' | 'waiting' = 'resting'
  #isStopped = false

  constructor(watch: MonitorContext, idleMs: number, timeoutMs: number) {
    this.#watch = watch
    this.#clock = unrefing(watch.clock)
    this.#idleMs = idleMs
    this.#timeoutMs = timeoutMs
    if (this.#isOver) return
    const { door } = this
    if (door !== undefined) this.#host = enterHost(this, door, watch.clock)
    this.#await(this.#missingMs(this.lastActivityAt()))
  }

  stop(): void {
    this.#isStopped = true
    this.#clock.clearTimeout(this.#timer)
    this.#deadline?.clear()
    this.#host?.leave(this)
  }

  get #isOver(): boolean {
    return this.#isStopped || (this.#watch.isOver?.() ?? this.#watch.signal.aborted)
  }

  /** Whoever hosts monitors by the public contract alone gives them a session that waits for its turn by itself. */
  get #isQuiet(): boolean {
    return this.#watch.isQuiet?.() ?? true
  }

  /** Until so long after a moment. */
  #missingMs(since: number): number {
    return Math.max(this.#idleMs - (this.#clock.now() - since), 0)
  }

  #await(ms: number): void {
    this.#doing = 'resting'
    this.#timer = this.#clock.setTimeout(() => {
      if (this.#isOver) return
      const missingMs = this.#missingMs(this.lastActivityAt())
      if (missingMs > 0) this.#await(missingMs)
      else if (this.#isQuiet) this.#probe()
      // A probe would wait in line behind what is under way, and be late through no fault of the server.
      else this.#askHost()
    }, ms)
  }

  // ── The session is asked ──

  #probe(): void {
    this.#doing = 'probing'
    const answered = (): void => this.#answered()
    this.#watch.session.query('').then(answered, (error: unknown) => {
      // A loss is known where it was noticed. Anything else was said by a server that lives.
      if (error instanceof ConnectionLostError) this.stop()
      else answered()
    })
    this.#giveTime(this.lastActivityAt())
  }

  #giveTime(lastActivityAt: number): void {
    this.#deadline = new Deadline(this.#clock, this.#timeoutMs, () => {
      if (this.#isOver) return
      const now = this.lastActivityAt()
      if (now > lastActivityAt) this.#giveTime(now)
      else this.#convict('no answer to an empty query')
    })
  }

  #answered(): void {
    if (this.#isOver) return
    this.#rest()
    this.#host?.spoke()
  }

  // ── Its host is asked ──

  #askHost(): void {
    const host = this.#host
    if (host === undefined) return this.#await(this.#idleMs)
    // What it said to others a moment ago need not be said again.
    const missingMs = this.#missingMs(host.spokeAt)
    if (missingMs > 0) return this.#await(missingMs)
    this.#doing = 'waiting'
    host.wait(this)
  }

  get door(): HostDoor | undefined {
    return this.#watch.door?.()
  }

  lastActivityAt(): number {
    return this.#watch.lastActivityAt()
  }

  nudge(): boolean {
    if (this.#isOver || this.#doing !== 'resting' || !this.#isQuiet) return false
    this.#clock.clearTimeout(this.#timer)
    this.#probe()
    return true
  }

  hostAsked(): void {
    const askedAt = this.#clock.now()
    this.#deadline?.clear()
    this.#deadline = new AttentiveDeadline(
      this.#clock,
      this.#timeoutMs,
      () => {
        if (this.#isOver) return
        if (this.#host?.hasSpokenSince(askedAt)) this.#host.spoke()
        else this.#convict('no sign of life from the server')
      },
      () => this.#host?.askAgain(),
    )
  }

  hostMayLive(): void {
    if (!this.#isOver) this.#rest()
  }

  #rest(): void {
    this.#deadline?.clear()
    this.#deadline = undefined
    this.#await(this.#idleMs)
  }

  #convict(what: string): void {
    this.#host?.cease(this, true)
    this.stop()
    this.#watch.report({ message: `${what} within ${this.#timeoutMs} ms` })
  }
}
