// What lasts: states, transactions, requests. In the order of their beginnings, so that drawing finds its place by halving.

export interface Span {
  readonly from: number
  /** Undefined while it lasts. */
  to: number | undefined
  /** The step it began with. */
  readonly seq: number
  label: string
  /** Of a request: when it was written. */
  written?: number
  tone?: 'failed' | 'lost' | undefined
}

export class Lane {
  readonly spans: Span[] = []

  open(from: number, seq: number, label: string): Span {
    const span: Span = { from, to: undefined, seq, label }
    this.spans.push(span)
    return span
  }

  get last(): Span | undefined {
    return this.spans.at(-1)
  }

  /** The index of the first span that may reach into what begins at a moment. */
  firstAfter(at: number): number {
    let low = 0
    let high = this.spans.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.spans[middle]!.from < at) low = middle + 1
      else high = middle
    }
    return low
  }

  /** What lasted at a moment, in a lane where one follows the other. */
  at(moment: number): Span | undefined {
    const span = this.spans[this.firstAfter(moment + 0.001) - 1]
    return span !== undefined && (span.to ?? Number.POSITIVE_INFINITY) >= moment ? span : undefined
  }

  /** What began last before a moment: enough to find all that lasted then, unless very many did. */
  recent(moment: number): readonly Span[] {
    const index = this.firstAfter(moment + 0.001)
    return this.spans.slice(Math.max(0, index - 1_500), index)
  }

  /** Forgets what ended before a moment. */
  trim(before: number): void {
    const keep = this.spans.findIndex(({ to }) => to === undefined || to >= before)
    if (keep > 0) this.spans.splice(0, keep)
  }
}
