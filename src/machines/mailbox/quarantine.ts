// A cancel can hit whatever the server runs when it arrives. So it is asked for only when its target is the oldest
// unanswered statement, nothing new is written while it is out, and the session is used again only after the server has
// hung up on the asking and answered one probe. Fire-and-forget killed 20 innocent statements of 3000; this, none.

import type { Wire } from '../../drivers/driver.ts'
import { doubt } from '../../errors/outcome-of.ts'
import { Deadline } from '../deadline.ts'
import type { MailboxHost } from './mailbox-host.ts'
import type { Request } from './request.ts'

/** For the server to take the cancel and to answer its statement; then the session is replaced. */
export const cancelGraceMs = 500

/** What the quarantine needs of the mailbox it closes. */
export interface Pipeline {
  readonly wire: Wire | undefined
  readonly oldest: Request | undefined
  /** Writes past the queue. */
  writeNow(request: Request): void
  /** Back to the front of the queue, to be written once more. */
  rewrite(request: Request): void
  pump(): void
}

interface Asking {
  readonly target: Request
  readonly abort: AbortController
  readonly deadline: Deadline
  hasHungUp: boolean
}

export class Quarantine {
  readonly #pipeline: Pipeline
  readonly #host: MailboxHost
  readonly #patience = new Map<Request, Deadline>()
  #asking: Asking | undefined
  #probe: Request | undefined
  /** Runs from when the probe is the oldest: those before it take their own time. */
  #probeDeadline: Deadline | undefined

  constructor(pipeline: Pipeline, host: MailboxHost) {
    this.#pipeline = pipeline
    this.#host = host
  }

  /** Nothing may be written. */
  get isOn(): boolean {
    return this.#asking !== undefined || this.#probe !== undefined
  }

  /** A written request is to be cancelled: now if it is the oldest, else when it has become that; one at a time. */
  wished(request: Request): void {
    const isNext = this.#pipeline.oldest === request && this.#asking === undefined
    if (isNext && request.role !== 'commit') this.#ask(request)
    else {
      const deadline = new Deadline(this.#host.clock, cancelGraceMs, () => this.#lostPatience(request))
      this.#patience.set(request, deadline)
    }
  }

  answered(request: Request): void {
    this.#forget(request)
    if (request === this.#probe) {
      this.#endProbe()
      this.#pipeline.pump()
    } else if (this.#asking !== undefined) this.#step()
    else this.#askNext()
    this.#watchProbe()
  }

  /** The server cancelled a statement that nobody asked it to: our cancel came late. */
  hitInnocent(request: Request, error: unknown): boolean {
    const { code, routine } = error as { code?: unknown; routine?: unknown }
    return this.isOn && request.wish === undefined && code === '57014' && routine === 'ProcessInterrupts'
  }

  /** Run again what is certain to have been undone; a CALL may have committed inside, and nobody knows. */
  innocent(request: Request, error: unknown): void {
    const { lane, role, text } = request
    const mayRepeat = role === 'begin' || request.isIdempotent || isUndoneByCancel(text)
    if (role === 'probe' && text === '') request.settle(undefined)
    else if (lane.kind === 'autocommit' && mayRepeat) this.#pipeline.rewrite(request)
    else request.settle(doubt(error))
  }

  /** The session is gone, and with it whatever was to be cancelled. */
  end(): void {
    for (const deadline of this.#patience.values()) deadline.clear()
    this.#patience.clear()
    this.#asking?.deadline.clear()
    this.#asking?.abort.abort()
    this.#asking = undefined
    this.#endProbe()
  }

  #ask(target: Request): void {
    const wire = this.#pipeline.wire
    if (wire === undefined) return
    this.#forget(target)
    const abort = new AbortController()
    const deadline = new Deadline(this.#host.clock, cancelGraceMs, () => this.#convict(target))
    const asking: Asking = { target, abort, deadline, hasHungUp: false }
    this.#asking = asking
    wire.cancel(abort.signal).then(
      () => {
        asking.hasHungUp = true
        if (this.#asking !== asking) return
        this.#step()
        this.#watchProbe()
      },
      // Whether the server was reached nobody knows, so the deadline stands.
      () => undefined,
    )
  }

  /** The target is answered and the server has hung up: one round trip shows that the signal has passed, after the last. */
  #step(): void {
    const { hasHungUp, target, deadline } = this.#asking as Asking
    if (!hasHungUp || target.isInFlight) return
    deadline.clear()
    this.#asking = undefined
    if (this.#askNext()) return
    this.#endProbe()
    this.#probe = this.#host.probe()
    this.#pipeline.writeNow(this.#probe)
  }

  #watchProbe(): void {
    if (this.#probe === undefined || this.#probeDeadline !== undefined) return
    if (this.#pipeline.oldest !== this.#probe) return
    this.#probeDeadline = new Deadline(this.#host.clock, cancelGraceMs, () =>
      this.#host.convict('the server did not answer after a cancel', undefined),
    )
  }

  #endProbe(): void {
    this.#probeDeadline?.clear()
    this.#probeDeadline = undefined
    this.#probe = undefined
  }

  #askNext(): boolean {
    const { oldest } = this.#pipeline
    if (oldest?.wish === undefined || oldest.role === 'commit') return false
    this.#ask(oldest)
    return true
  }

  #lostPatience(request: Request): void {
    this.#forget(request)
    // A COMMIT is never cancelled; without its answer in time only a new session can tell.
    if (request.role === 'commit') this.#convict(request)
    else request.settle(request.wish?.tooLate)
  }

  #convict(target: Request): void {
    this.#host.convict('the server did not confirm a cancel in time', target.wish?.cause)
  }

  #forget(request: Request): void {
    if (this.#patience.size === 0) return
    this.#patience.get(request)?.clear()
    this.#patience.delete(request)
  }
}

/** Alone in its text, and of a kind that can't have committed anything when it is cancelled. */
function isUndoneByCancel(text: string): boolean {
  return /^\s*(select|insert|update|delete|merge)\b[^;]*;?\s*$/i.test(text)
}
