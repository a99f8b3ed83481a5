import type { WireFact, WireLoss } from '../../drivers/driver.ts'
import { createFailure, type Failure } from '../../errors/failure.ts'
import { hearRole, type SessionRole, unknownRole } from '../../topology/session-role.ts'
import { Deadline } from '../deadline.ts'
import type { Wiring } from '../wiring.ts'
import { failureOfError, failureOfLoss } from './record-failure.ts'

/** Hears a session that is only coming about, and ends it at its deadline, its loss or an abort. */
export class Trial {
  readonly #clock: Wiring['clock']
  #timeoutMs = 0
  readonly #abort = new AbortController()
  readonly #ended: Promise<never>
  #deadline: Deadline | undefined
  #loss: WireLoss | undefined
  #hasTimedOut = false
  #isOpen: () => void = () => undefined
  #fail: (error: unknown) => void = () => undefined
  readonly #opened: Promise<void>
  passOn: ((fact: WireFact) => void) | undefined
  /** As the server has told it so far. */
  role: SessionRole = unknownRole
  #isOver = false
  #hasOpened = false

  constructor(clock: Wiring['clock'], signal: AbortSignal) {
    this.#clock = clock
    this.#ended = new Promise((_, reject) => {
      this.#fail = reject
    })
    this.#ended.catch(() => undefined)
    this.#opened = new Promise((resolve) => {
      this.#isOpen = resolve
    })
    signal.addEventListener('abort', () => this.#stop(signal.reason), { once: true })
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  get opened(): Promise<void> {
    return this.bounded(this.#opened)
  }

  /** The server has let us in. */
  get hasOpened(): boolean {
    return this.#hasOpened
  }

  /** The socket is gone. */
  get isLost(): boolean {
    return this.#loss !== undefined
  }

  /** From now on; instead of what it had. @param timeoutMs as it is told, where some of it has passed */
  giveTime(timeoutMs: number, leftMs = timeoutMs): void {
    this.#timeoutMs = timeoutMs
    this.#deadline?.clear()
    this.#deadline = new Deadline(this.#clock, leftMs, () => {
      this.#hasTimedOut = true
      this.#stop(new Error(this.#lateness))
    })
  }

  readonly hear = (fact: WireFact): void => {
    if (fact.type === 'opened') {
      this.#hasOpened = true
      this.#isOpen()
    } else if (fact.type === 'lost' && !this.#isOver) {
      this.#loss = fact.loss
      this.#stop(fact.loss.error ?? new Error('the server closed the connection while it was being made'))
    } else {
      if (fact.type === 'parameter') this.role = hearRole(this.role, fact.name, fact.value)
      this.passOn?.(fact)
    }
  }

  bounded<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#ended])
  }

  /** From now on the session is another's. */
  end(): void {
    this.#isOver = true
    this.#deadline?.clear()
  }

  failure(error: unknown, at: number): Failure {
    const circumstances = { phase: 'connecting', at } as const
    if (this.#loss !== undefined) return failureOfLoss({ ...this.#loss, error }, circumstances)
    if (!this.#hasTimedOut) return failureOfError(error, circumstances)
    return createFailure({
      ...circumstances,
      kind: 'timeout',
      message: this.#lateness,
      error,
    })
  }

  get #lateness(): string {
    return `no session within ${Math.round(this.#timeoutMs)} ms`
  }

  #stop(reason: unknown): void {
    this.#deadline?.clear()
    this.#fail(reason)
    this.#abort.abort(reason)
  }
}
