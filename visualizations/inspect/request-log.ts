// What becomes of the requests of a connection, in numbers: the chart sees a statement asked for, not written or settled.
import type { Request } from '../../src/machines/mailbox/request.ts'
import type { RequestWatcher } from '../../src/machines/mailbox/request-watch.ts'
import { endOf } from './projection.ts'
import { keywordOf, markOf } from './sql-facts.ts'
import { now } from './system-watch.ts'

interface Told {
  readonly type: string
  readonly [field: string]: unknown
}

interface Open {
  readonly facts: object
  readonly askedAt: number
  writtenAt: number | undefined
}

/** It is called in the midst of settling, and what a request is rejected with may be anything: even its getters may throw. */
export function fenced(watcher: RequestWatcher): RequestWatcher {
  const harmlessly = (work: () => void): void => {
    try {
      work()
    } catch {
      // A page that misses a request is better than a request that is missed.
    }
  }
  return {
    asked: (request) => harmlessly(() => watcher.asked(request)),
    written: (request) => harmlessly(() => watcher.written(request)),
    settled: (request, error) => harmlessly(() => watcher.settled(request, error)),
  }
}

export class RequestLog implements RequestWatcher {
  readonly #open = new Map<number, Open>()
  readonly #tell: (told: Told) => void
  readonly #showsSql: boolean
  #inFlight = 0

  constructor(tell: (told: Told) => void, showsSql: boolean) {
    this.#tell = tell
    this.#showsSql = showsSql
  }

  asked(request: Request): void {
    const { id, text, values, role } = request
    const facts = {
      keyword: role === 'lease' ? 'LEASE' : keywordOf(text),
      mark: markOf(text),
      values: values?.length ?? 0,
      lane: request.lane.kind,
      role,
      ...(this.#showsSql ? { sql: text } : {}),
    }
    this.#open.set(id, { facts, askedAt: now(), writtenAt: undefined })
    // The chart hears of the others by an event of its own.
    if (request.lane.isPreparing || role === 'probe')
      this.#tell({ type: 'request.asked', id, ...facts, ...this.counts() })
  }

  written({ id }: Request): void {
    const open = this.#open.get(id)
    if (open === undefined) return
    // One that is repeated on the next session is written twice.
    if (open.writtenAt === undefined) this.#inFlight++
    open.writtenAt = now()
    this.#tell({ type: 'request.written', id, waitedMs: open.writtenAt - open.askedAt, ...this.counts() })
  }

  settled({ id }: Request, error: unknown): void {
    const open = this.#open.get(id)
    if (open === undefined) return
    this.#open.delete(id)
    if (open.writtenAt !== undefined) this.#inFlight--
    const ms = now() - open.askedAt
    this.#tell({ type: 'request.settled', id, ms, ...endOf(error), ...this.counts() })
  }

  /** What is known of the request that an event is about. */
  detailsOf(event: { type: string; id?: unknown }): object {
    if (event.type !== 'statement') return {}
    return { ...this.#open.get(Number(event.id))?.facts, ...this.counts() }
  }

  counts(): { inFlight: number; queued: number } {
    return { inFlight: this.#inFlight, queued: this.#open.size - this.#inFlight }
  }
}
