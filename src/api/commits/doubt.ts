// The COMMIT whose answer was lost with its session, while the next session is asked what became of it. There is one at most:
// nobody else's work runs before it is settled.
import type { QueryResult } from 'pg'
import type { Clock } from '../../backoff/clock.ts'
import type { Failure } from '../../errors/failure.ts'
import { isServerError } from '../../errors/server-error.ts'
import { Deadline } from '../../machines/deadline.ts'
import type { CommitWitness } from '../../machines/mailbox/commit-witness.ts'
import type { Mailbox } from '../../machines/mailbox/mailbox.ts'
import type { Request, RequestInit } from '../../machines/mailbox/request.ts'
import { commitReply } from '../requests/commit-reply.ts'
import type { Refusals } from '../requests/refusals.ts'
import type { Settings } from '../settings.ts'
import { type CommitResolution, type Patience, resolveCommit } from './resolve-commit.ts'

/** Between two looks at a server process that is being ended. */
const lookAgainMs = 20

/** The connection whose COMMIT it was. */
interface Asker {
  readonly settings: Settings
  readonly mailbox: Mailbox
  readonly refusals: Refusals
  newRequest(init: RequestInit): Request
  ask(request: Request): Promise<QueryResult | undefined>
}

export class Doubt {
  readonly #asker: Asker
  readonly #request: Request
  readonly #failure: Failure

  constructor(asker: Asker, request: Request, failure: Failure) {
    this.#asker = asker
    this.#request = request
    this.#failure = failure
  }

  isFor(request: Request): boolean {
    return this.#request === request
  }

  get isOpen(): boolean {
    return this.#request.phase !== 'settled'
  }

  /** Asks on the session that is being made; an abort, the end of that session, leaves it for the next one. */
  async resolve(signal: AbortSignal): Promise<void> {
    const { mailbox, settings } = this.#asker
    const lane = mailbox.openLane
    const patience = new ClockPatience(settings.clock, settings.connectTimeoutMs)
    try {
      const resolution = await resolveCommit(
        this.#request.witness as CommitWitness,
        async (text, values) => {
          const result = await this.#asker.ask(this.#asker.newRequest({ text, values, lane }))
          return result?.rows[0] as Record<string, string | null> | undefined
        },
        patience,
      )
      if (!signal.aborted) this.#settle(resolution)
    } catch (error) {
      if (signal.aborted) return
      const code = isServerError(error) ? ` (${error.code})` : ''
      this.giveUp(`the server refused to say what became of it${code}`)
    } finally {
      patience.end()
    }
  }

  giveUp(evidence: string): void {
    this.#settle({ kind: 'unknown', evidence })
  }

  #settle(resolution: CommitResolution): void {
    const { refusals } = this.#asker
    if (resolution.kind === 'committed') this.#request.settle(undefined, commitReply)
    else if (resolution.kind === 'aborted') this.#request.settle(refusals.lost(this.#failure, 'notApplied'))
    else this.#request.settle(refusals.commitUnknown(this.#request, this.#failure, resolution.evidence))
  }
}

class ClockPatience implements Patience {
  readonly #clock: Clock
  readonly #deadline: Deadline
  isOver = false

  constructor(clock: Clock, ms: number) {
    this.#clock = clock
    this.#deadline = new Deadline(clock, ms, () => {
      this.isOver = true
    })
  }

  pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.setTimeout(resolve, lookAgainMs)
    })
  }

  end(): void {
    this.#deadline.clear()
  }
}
