// The only place where promises wait: an entry for each request accepted and not settled, in the order of the calls.
// A linked list, for the hot path: a Map that is filled and emptied for ever leaves its outgrown tables behind, and what
// those still point at survives every collection of young objects; that alone took a fifth of the time of a query.
import type { QueryResult } from 'pg'
import type { Reply, Request } from '../../machines/mailbox/request.ts'

interface Entry {
  readonly request: Request
  readonly resolve: (result: QueryResult | undefined) => void
  readonly reject: (error: unknown) => void
  /** Lets go of the signal and the deadline that bound it. */
  release: (() => void) | undefined
  older: Entry | undefined
  newer: Entry | undefined
}

export class Ledger {
  #oldest: Entry | undefined
  #newest: Entry | undefined
  /** The supervisor's own questions are no pending requests. */
  #pending = 0
  #onOwnLane = 0
  #onEmpty: (() => void) | undefined

  get pending(): number {
    return this.#pending
  }

  /** Without what transactions and sessions ask for inside of themselves. */
  get pendingOnOwnLane(): number {
    return this.#onOwnLane
  }

  /** Settles when the request does; a text of several statements resolves to the last one's result. */
  open(request: Request): Promise<QueryResult | undefined> {
    this.#count(request, 1)
    return new Promise((resolve, reject) => {
      const older = this.#newest
      const entry: Entry = { request, resolve, reject, release: undefined, older, newer: undefined }
      if (older === undefined) this.#oldest = entry
      else older.newer = entry
      this.#newest = entry
      request.entry = entry
    })
  }

  /** `release` is called when the request is settled. */
  bind(request: Request, release: () => void): void {
    const entry = request.entry as Entry | undefined
    if (entry === undefined) release()
    else entry.release = release
  }

  /** What is looked for is nearly always what came last. */
  find(id: number): Request | undefined {
    let entry = this.#newest
    while (entry !== undefined && entry.request.id !== id) entry = entry.older
    return entry?.request
  }

  /** Those that are unsettled now, whatever is settled meanwhile. */
  unsettled(): Request[] {
    const requests: Request[] = []
    for (let entry = this.#oldest; entry !== undefined; entry = entry.newer) requests.push(entry.request)
    return requests
  }

  settled(request: Request, error: unknown, reply: Reply): void {
    const entry = request.entry as Entry | undefined
    if (entry === undefined) return
    request.entry = undefined
    this.#remove(entry)
    this.#count(request, -1)
    entry.release?.()
    if (error === undefined) entry.resolve(Array.isArray(reply) ? reply.at(-1) : reply)
    else entry.reject(error)
    if (this.#onEmpty !== undefined && this.#pending === 0) this.#onEmpty()
  }

  /** Resolves when nothing is pending. */
  emptied(): Promise<void> {
    if (this.#pending === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#onEmpty = () => {
        this.#onEmpty = undefined
        resolve()
      }
    })
  }

  #count({ role, lane }: Request, change: 1 | -1): void {
    if (role === 'probe') return
    this.#pending += change
    if (lane.kind === 'autocommit') this.#onOwnLane += change
  }

  /** A removed entry keeps no neighbour: it may be old, and would keep young ones from being collected. */
  #remove(entry: Entry): void {
    const { older, newer } = entry
    if (older === undefined) this.#oldest = newer
    else older.newer = newer
    if (newer === undefined) this.#newest = older
    else newer.older = older
    entry.older = undefined
    entry.newer = undefined
  }
}
