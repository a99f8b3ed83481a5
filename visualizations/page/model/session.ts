// One connection as the page knows it. (On the wire of @xstate/inspect a 'session' is the life of one chart.)
import type { Chart } from './chart.ts'
import { Lane, type Span } from './spans.ts'
import { detailOf, type Fields, type Step, textOf, wordOf } from './step.ts'

export class Session {
  readonly id: string
  readonly name: string
  readonly chart: Chart | undefined
  /** Its steps, by number. */
  seqs: number[] = []
  state = ''
  context: Fields = {}
  isStopped = false
  unhandled = 0
  refused = 0
  readonly words = new Lane()
  readonly details = new Lane()
  readonly transactions = new Lane()
  readonly requests = new Lane()
  /** Asked and not settled, in order. */
  readonly #open = new Map<number, Span>()
  #transaction: Span | undefined
  /** The statement whose end is the transaction's. */
  #ending: number | undefined

  constructor(id: string, name: string, chart: Chart | undefined) {
    this.id = id
    this.name = name
    this.chart = chart
  }

  get word(): string {
    return wordOf(this.state)
  }

  /** Since when the request waits that has waited longest. */
  get waitingSince(): number | undefined {
    for (const { from, written } of this.#open.values()) if (written === undefined) return from
    return undefined
  }

  /** How many requests waited, and how many were written and not answered, at a moment. */
  countsAt(moment: number): { queued: number; inFlight: number } {
    let queued = 0
    let inFlight = 0
    for (const { from, to, written } of this.requests.recent(moment)) {
      if (from > moment || (to !== undefined && to <= moment)) continue
      if (written !== undefined && written <= moment) inFlight++
      else queued++
    }
    return { queued, inFlight }
  }

  take(step: Step): void {
    this.seqs.push(step.seq)
    this.context = step.context
    if (step.mark === 'unhandled') this.unhandled += step.count
    if (step.mark === 'refused') this.refused += step.count
    this.#request(step)
    if (step.state !== this.state || this.words.last === undefined) this.#become(step)
    if (step.type === 'session.lost') this.#lose(step)
  }

  /** Its last step at or before a number. */
  stepBefore(seq: number): number | undefined {
    return this.seqs[this.countTo(seq) - 1]
  }

  /** How many of its steps there are up to a number, itself included. */
  countTo(seq: number): number {
    let low = 0
    let high = this.seqs.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.seqs[middle]! <= seq) low = middle + 1
      else high = middle
    }
    return low
  }

  trim(firstSeq: number, before: number): void {
    const keep = this.seqs.findIndex((seq) => seq >= firstSeq)
    this.seqs = keep < 0 ? [] : this.seqs.slice(keep)
    for (const lane of [this.words, this.details, this.transactions, this.requests]) lane.trim(before)
  }

  #become({ at, seq, state }: Step): void {
    this.state = state
    follow(this.words, wordOf(state), at, seq)
    follow(this.details, detailOf(state), at, seq)
  }

  #request({ type, at, seq, data }: Step): void {
    const id = Number(data['id'])
    // A recorded trace does not tell requests apart.
    if (Number.isNaN(id)) return
    if (type === 'statement' || type === 'request.asked') {
      this.#open.set(id, this.requests.open(at, seq, textOf(data['keyword']) || 'statement'))
      if (data['role'] === 'begin') this.#transaction ??= this.transactions.open(at, seq, 'BEGIN …')
      if (data['role'] === 'commit' || (data['role'] === 'rollback' && data['lane'] !== 'savepoint'))
        this.#ending = id
      return
    }
    const span = this.#open.get(id)
    if (span === undefined) return
    if (type === 'request.written') span.written = at
    if (type !== 'request.settled') return
    this.#open.delete(id)
    span.to = at
    if (data['end'] === 'failed') span.tone = 'failed'
    if (id === this.#ending) this.#endTransaction(at, `BEGIN … ${span.label}`)
  }

  #lose({ at }: Step): void {
    this.#endTransaction(at, 'BEGIN … lost', 'lost')
  }

  #endTransaction(at: number, label: string, tone?: 'lost'): void {
    if (this.#transaction === undefined) return
    this.#transaction.to = at
    this.#transaction.label = label
    this.#transaction.tone = tone
    this.#transaction = undefined
    this.#ending = undefined
  }
}

/** One state ends where the next begins. */
function follow(lane: Lane, label: string, at: number, seq: number): void {
  const { last } = lane
  if (last !== undefined && last.to === undefined && last.label === label) return
  if (last !== undefined) last.to ??= at
  if (label !== '') lane.open(at, seq, label)
}
