// The only place where promises wait: an entry for each request accepted and not settled, in the order of the calls.
import type { Reply, Request } from '../machines/request.ts'

interface Entry {
  readonly request: Request
  readonly resolve: (reply: Reply) => void
  readonly reject: (error: unknown) => void
  /** Lets go of the signal and the deadline that bound it. */
  release: (() => void) | undefined
}

export class Ledger {
  readonly #entries = new Map<number, Entry>()
  /** The supervisor's own questions are no pending requests. */
  #probes = 0
  #onEmpty: (() => void) | undefined

  get pending(): number {
    return this.#entries.size - this.#probes
  }

  /** Settles when the request does. */
  open(request: Request): Promise<Reply> {
    if (request.role === 'probe') this.#probes++
    return new Promise((resolve, reject) => {
      this.#entries.set(request.id, { request, resolve, reject, release: undefined })
    })
  }

  /** `release` is called when the request is settled. */
  bind(request: Request, release: () => void): void {
    const entry = this.#entries.get(request.id)
    if (entry === undefined) release()
    else entry.release = release
  }

  find(id: number): Request | undefined {
    return this.#entries.get(id)?.request
  }

  *unsettled(): Generator<Request> {
    for (const { request } of this.#entries.values()) yield request
  }

  settled(request: Request, error: unknown, reply: Reply): void {
    const entry = this.#entries.get(request.id)
    if (entry === undefined) return
    this.#entries.delete(request.id)
    if (request.role === 'probe') this.#probes--
    entry.release?.()
    if (error === undefined) entry.resolve(reply)
    else entry.reject(error)
    if (this.#onEmpty !== undefined && this.pending === 0) this.#onEmpty()
  }

  /** Resolves when nothing is pending. */
  emptied(): Promise<void> {
    if (this.pending === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#onEmpty = () => {
        this.#onEmpty = undefined
        resolve()
      }
    })
  }
}
