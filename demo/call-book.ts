// Every call the demo makes, with what its caller was told. The verdict compares this book with what is stored.
import { outcomeOf } from 'pg-supervisor'

/** Unix milliseconds by the monotonic clock, as the connection's own notices have them. */
export const now = (): number => performance.timeOrigin + performance.now()

export interface Call {
  /** The rows it was to write: all of them or none. */
  readonly rows: readonly number[]
  readonly begunAt: number
  settledAt?: number
  /** answered: done. refused: certainly not done. unknown: may have been done. */
  told?: 'answered' | 'refused' | 'unknown'
}

export class CallBook {
  readonly calls: Call[] = []
  #lastRow = 0

  /** Makes a call that is to write so many new rows, and waits for whatever it ends in. */
  async make(rowCount: number, call: (...rows: number[]) => Promise<unknown>): Promise<void> {
    const rows = Array.from({ length: rowCount }, () => ++this.#lastRow)
    const entry: Call = { rows, begunAt: now() }
    this.calls.push(entry)
    try {
      await call(...rows)
      entry.told = 'answered'
    } catch (error) {
      entry.told = outcomeOf(error) === 'unknown' ? 'unknown' : 'refused'
    }
    entry.settledAt = now()
  }

  /** Calls nobody was told anything about yet, begun before a moment. */
  pending(begunBefore = Number.POSITIVE_INFINITY): Call[] {
    return this.calls.filter((call) => call.told === undefined && call.begunAt < begunBefore)
  }

  /** How the calls ended that were settled in a span of time. */
  tally(from = 0, to = Number.POSITIVE_INFINITY): Record<NonNullable<Call['told']>, number> {
    const tally = { answered: 0, refused: 0, unknown: 0 }
    for (const { told, settledAt = Number.NaN } of this.calls) {
      if (told !== undefined && settledAt >= from && settledAt < to) tally[told]++
    }
    return tally
  }
}
