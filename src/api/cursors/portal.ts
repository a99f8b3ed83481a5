// The cursor as the server has it: DECLARE, FETCH, CLOSE on the lane of its transaction. Between these nothing of it is on the
// wire, so other statements of the transaction run there; a portal of the protocol's own would keep the wire to itself.
import type { QueryResult } from 'pg'
import type { RequestInit, RequestLane } from '../../machines/mailbox/request.ts'
import type { Core } from '../core.ts'
import { bindToOptions } from '../requests/request-bounds.ts'
import { mapRows } from '../requests/row-shape.ts'
import type { CursorGuest, CursorHome, CursorRoom } from './cursor-home.ts'
import type { CursorPlan } from './cursor-plan.ts'

let portals = 0

export class Portal {
  readonly #core: Core
  readonly #home: CursorHome
  readonly #plan: CursorPlan
  readonly #name = `"pgs_cursor_${++portals}"`
  readonly #guest: CursorGuest
  #entering: Promise<CursorRoom> | undefined
  #room: CursorRoom | undefined

  constructor(core: Core, home: CursorHome, plan: CursorPlan, guest: CursorGuest) {
    this.#core = core
    this.#home = home
    this.#plan = plan
    this.#guest = guest
  }

  /** Where it is open; undefined before. */
  get room(): CursorRoom | undefined {
    return this.#room
  }

  /** Why nothing may be fetched by whoever asks now. */
  refusal(): { readonly error: unknown } | undefined {
    return (this.#room ?? this.#home).refusal(this.#plan.bounds)
  }

  /** `entered` is called between the beginning of its transaction and its declaration. */
  async open(entered: (lane: RequestLane) => void): Promise<void> {
    if (this.#room !== undefined) return
    this.#entering = this.#home.enter(this.#guest)
    const room = await this.#untilAlarm(this.#entering)
    this.#room = room
    entered(room.lane)
    const text = `DECLARE ${this.#name} NO SCROLL CURSOR FOR ${this.#plan.text}`
    // Only the extended protocol takes values, and only there a second statement in the text is refused.
    await this.#ask(room, { text, values: this.#plan.values, protocol: 'extended' })
  }

  async fetch(count: number | 'ALL'): Promise<unknown[]> {
    const { shape, mapRow } = this.#plan
    const result = await this.#ask(this.#room as CursorRoom, {
      text: `FETCH ${count} FROM ${this.#name}`,
      ...shape,
    })
    return (mapRow === undefined ? result : mapRows(result, mapRow)).rows
  }

  /** It has come to a good end. */
  async leave(): Promise<void> {
    const room = this.#room
    await room?.leave(() => this.#close(room))
  }

  /** It failed. Never rejects. */
  async abandon(error: unknown): Promise<void> {
    const room = await this.#entering?.catch(() => undefined)
    await room?.abandon(error, () => this.#close(room))
  }

  /** Where its transaction goes on: an open cursor holds locks. In a failed one it is closed already. */
  async #close({ lane }: CursorRoom): Promise<void> {
    const { refusals, mailbox } = this.#core
    if (refusals.byLane(lane) !== undefined || mailbox.wire?.transactionStatus !== 'T') return
    await this.#core.ask(this.#core.newRequest({ text: `CLOSE ${this.#name}`, lane }))
  }

  async #ask({ lane }: CursorRoom, init: Omit<RequestInit, 'lane'>): Promise<QueryResult> {
    const { signal } = this.#guest
    signal.throwIfAborted()
    const refusal = this.#core.refusals.byLane(lane)
    if (refusal !== undefined) throw refusal.error
    const request = this.#core.newRequest({ ...init, lane })
    const reply = this.#core.ask(request) as Promise<QueryResult>
    bindToOptions(this.#core, request, { signal })
    return reply
  }

  /** What it waits for may be a transaction that others began, and goes on without it. */
  #untilAlarm<T>(entering: Promise<T>): Promise<T> {
    const { signal } = this.#guest
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      entering.then(resolve, reject)
    })
  }
}
