// All that the page knows. Bounded: past its limit the oldest steps go, and are counted.
import { signal } from '@preact/signals'
import type { Chart } from './chart.ts'
import { Session } from './session.ts'
import { type Fields, markOf, type Step, type Told } from './step.ts'

const limit = 100_000

export class Store {
  readonly sessions = new Map<string, Session>()
  /** Changes once for each frame in which something has happened. */
  readonly version = signal(0)
  dropped = 0
  /** A long file is being read. */
  isBusy = false
  /** Of the oldest step that is kept. */
  firstSeq = 0
  #steps: Step[] = []
  #isDirty = false
  #hasTold = false

  get nextSeq(): number {
    return this.firstSeq + this.#steps.length
  }

  get length(): number {
    return this.#steps.length
  }

  step(seq: number): Step | undefined {
    return this.#steps[seq - this.firstSeq]
  }

  get first(): Step | undefined {
    return this.#steps[0]
  }

  get last(): Step | undefined {
    return this.#steps.at(-1)
  }

  register(id: string, name: string, chart?: Chart): Session {
    const known = this.sessions.get(id)
    if (known !== undefined) return known
    const session = new Session(id, name, chart)
    this.sessions.set(id, session)
    this.touch()
    return session
  }

  add(sessionId: string, told: Told): void {
    const session = this.sessions.get(sessionId)
    if (session === undefined) return
    const state = told.state ?? session.state
    const context = sameOr(session.context, told.context)
    const mark = markOf(told.type, told.data, told.edges, told.actions)
    const step: Step = { ...told, seq: this.nextSeq, session, state, context, mark }
    this.#steps.push(step)
    session.take(step)
    if (this.#steps.length > limit * 1.1) this.#trim()
    this.touch()
  }

  stop(sessionId: string): void {
    const session = this.sessions.get(sessionId)
    if (session !== undefined) session.isStopped = true
    this.touch()
  }

  /** Begins anew, for another trace. */
  clear(): void {
    this.sessions.clear()
    this.dropped = 0
    this.firstSeq = 0
    this.#steps = []
    this.#hasTold = false
    this.touch()
  }

  touch(): void {
    if (this.#isDirty) return
    this.#isDirty = true
    const tell = (): void => {
      this.#isDirty = false
      this.#hasTold = this.length > 0
      this.version.value++
    }
    // While very much is being read, the time is better spent on reading, once there is something to see.
    if (this.isBusy && this.#hasTold) setTimeout(tell, 150)
    else requestAnimationFrame(tell)
  }

  #trim(): void {
    const surplus = this.#steps.length - limit
    this.#steps = this.#steps.slice(surplus)
    this.firstSeq += surplus
    this.dropped += surplus
    const before = this.#steps[0]?.at ?? 0
    for (const session of this.sessions.values()) session.trim(this.firstSeq, before)
  }
}

/** Most steps change nothing in the context: they share one object. */
function sameOr(before: Fields, after: Fields | undefined): Fields {
  if (after === undefined) return before
  const names = Object.keys(after)
  if (names.length !== Object.keys(before).length) return after
  const isSame = names.every(
    (name) => before[name] === after[name] || JSON.stringify(before[name]) === JSON.stringify(after[name]),
  )
  return isSame ? before : after
}

export const store = new Store()
