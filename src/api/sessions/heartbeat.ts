import type { Clock } from '../../backoff/clock.ts'
import { checkNames } from '../../errors/check-option.ts'
import { invalidOption } from '../../errors/invalid-option-error.ts'
import { ConnectionLostError } from '../../errors/session-errors.ts'
import { Deadline } from '../../machines/deadline.ts'
import { checkKind, duration, isObject } from '../options/option-kind.ts'
import { unrefing } from '../unrefing-clock.ts'
import type { Monitor, MonitorContext, WatchedSession } from './monitor.ts'

/** How long a heartbeat waits before it asks, and for the answer. */
export interface HeartbeatOptions {
  /** Milliseconds without a byte from the server before it is asked for one. Default 5_000. */
  idleMs?: number
  /** Milliseconds that the server has for its answer. Default 2_000. */
  timeoutMs?: number
}

/**
 * Notices that an idle session is dead though its socket looks alive: a load balancer forgot it, the network went away,
 * the server stands still. After `idleMs` without a byte it sends an empty query; when after `timeoutMs` nothing has come
 * back, the session is reported and recovery begins.
 *
 * It asks only while nothing else is under way (what is under way has deadlines of its own), takes any byte for life,
 * and never convicts while an answer waits in the socket or because this process was busy or stopped. It does not keep
 * the process alive.
 *
 * @throws {InvalidOptionError} unless both are more than 0 and at most what a timer takes, 2 147 483 647.
 *
 * @example
 * ```ts
 * import { connect, heartbeat } from 'pg-supervisor'
 *
 * const connection = await connect({ monitors: [heartbeat({ idleMs: 1_000, timeoutMs: 500 })] })
 * ```
 */
export function heartbeat(options: HeartbeatOptions = {}): Monitor {
  if (!isObject(options)) throw invalidOption('heartbeat', 'an object', options)
  checkNames(options, ['idleMs', 'timeoutMs'])
  const { idleMs = 5_000, timeoutMs = 2_000 } = options
  checkKind('idleMs', idleMs, duration)
  checkKind('timeoutMs', timeoutMs, duration)
  return {
    name: 'heartbeat',
    start: (watch) => {
      const pulse = new Pulse(watch, idleMs, timeoutMs)
      return () => pulse.stop()
    },
  }
}

/** One session's: it either waits for idleness or for an answer, so that one timer at most is set. */
class Pulse {
  readonly #watch: MonitorContext
  readonly #clock: Clock
  readonly #idleMs: number
  readonly #timeoutMs: number
  #timer: unknown
  #deadline: Deadline | undefined
  #isStopped = false

  constructor(watch: MonitorContext, idleMs: number, timeoutMs: number) {
    this.#watch = watch
    this.#clock = unrefing(watch.clock)
    this.#idleMs = idleMs
    this.#timeoutMs = timeoutMs
    if (isOver(watch)) return
    this.#await(this.#idleMs - this.#silenceMs)
  }

  stop(): void {
    this.#isStopped = true
    this.#clock.clearTimeout(this.#timer)
    this.#deadline?.clear()
  }

  get #silenceMs(): number {
    return this.#clock.now() - this.#watch.lastActivityAt()
  }

  #await(ms: number): void {
    this.#timer = this.#clock.setTimeout(
      () => {
        if (isOver(this.#watch)) return
        const missingMs = this.#idleMs - this.#silenceMs
        if (missingMs > 0) this.#await(missingMs)
        else if (isQuiet(this.#watch)) this.#probe()
        // A probe would wait in line behind what is under way, and be late through no fault of the server.
        else this.#await(this.#idleMs)
      },
      Math.max(ms, 0),
    )
  }

  #probe(): void {
    const answered = (): void => this.#answered()
    this.#watch.session.query('').then(answered, (error: unknown) => {
      // A loss is known where it was noticed. Anything else was said by a server that lives.
      if (error instanceof ConnectionLostError) this.stop()
      else answered()
    })
    this.#giveTime(this.#watch.lastActivityAt())
  }

  #giveTime(lastActivityAt: number): void {
    this.#deadline = new Deadline(this.#clock, this.#timeoutMs, () => {
      if (isOver(this.#watch)) return
      const now = this.#watch.lastActivityAt()
      if (now > lastActivityAt) this.#giveTime(now)
      else this.#convict()
    })
  }

  #answered(): void {
    this.#deadline?.clear()
    this.#deadline = undefined
    if (this.#isStopped || isOver(this.#watch)) return
    this.#await(this.#idleMs)
  }

  #convict(): void {
    this.stop()
    this.#watch.report({ message: `no answer to an empty query within ${this.#timeoutMs} ms` })
  }
}

const isOver = (watch: MonitorContext & Partial<WatchedSession>): boolean =>
  watch.isOver?.() ?? watch.signal.aborted

/** Whoever hosts monitors by the public contract alone gives them a session that waits for its turn by itself. */
const isQuiet = (watch: MonitorContext & Partial<WatchedSession>): boolean => watch.isQuiet?.() ?? true
