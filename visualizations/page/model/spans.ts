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

/** So many spans, one after the other, are summed up for drawing from afar. */
export const blockSize = 16

export class Lane {
  spans: Span[] = []
  /** Of each block that has come to its end, what it looks like from afar. */
  #blocks: (Span | undefined)[] = []

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

  /** The block that begins at an index as one span; undefined while one of it lasts. */
  block(index: number): Span | undefined {
    const known = this.#blocks[index / blockSize]
    if (known !== undefined) return known
    const some = this.spans.slice(index, index + blockSize)
    const [first] = some
    if (first === undefined || some.length < blockSize) return undefined
    let [to, worst] = [first.from, first]
    for (const span of some) {
      if (span.to === undefined) return undefined
      to = Math.max(to, span.to)
      if (weightOf(span) > weightOf(worst)) worst = span
    }
    const made: Span = { ...worst, from: first.from, to }
    this.#blocks[index / blockSize] = made
    return made
  }

  /** Forgets what ended before a moment. */
  trim(before: number): void {
    this.spans = this.spans.filter(({ to }) => to === undefined || to >= before)
    this.#blocks = []
  }
}

/** Where several are too thin to be told apart, what went wrong is seen. */
export const weightOf = ({ label, tone }: Span): number => {
  if (tone !== undefined || label === 'dead' || label === 'givenUp') return 2
  return label === 'reconnecting' || label === 'recovering' || label === 'down' ? 1 : 0
}
