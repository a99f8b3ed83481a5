// A session belongs to its user alone, and may be in a transaction begun by hand. A cursor lives in that one; without one
// the session's first cursor begins a transaction, its statements run in it meanwhile, and its last cursor ends it.
import { TransactionAbortedError } from '../../errors/transaction-errors.ts'
import type { RequestLane } from '../../machines/mailbox/request.ts'
import type { Core } from '../core.ts'
import type { CursorGuest, CursorHome, CursorRoom } from './cursor-home.ts'

const onLane = new WeakMap<RequestLane, SharedTransaction>()

export class SharedTransaction {
  readonly #core: Core
  readonly #lane: RequestLane
  readonly #guests = new Set<CursorGuest>()
  /** True = it was begun for cursors. */
  #begun: Promise<boolean> | undefined

  constructor(core: Core, lane: RequestLane) {
    this.#core = core
    this.#lane = lane
  }

  static home(core: Core, lane: RequestLane, refusal: CursorHome['refusal']): CursorHome {
    const shared = onLane.get(lane) ?? new SharedTransaction(core, lane)
    onLane.set(lane, shared)
    return { refusal, enter: (guest) => shared.#enter(guest, refusal) }
  }

  async #enter(guest: CursorGuest, refusal: CursorHome['refusal']): Promise<CursorRoom> {
    this.#guests.add(guest)
    this.#begun ??= this.#begin()
    try {
      return { refusal, ...this.#room(guest, await this.#begun) }
    } catch (error) {
      this.#left(guest)
      throw error
    }
  }

  #room(guest: CursorGuest, isOwn: boolean): Omit<CursorRoom, 'refusal'> {
    return {
      lane: this.#lane,
      isOwn,
      leave: async (close) => {
        await close()
        if (this.#left(guest) && isOwn) await this.#commit()
      },
      abandon: async (error, close) => {
        const isLast = this.#left(guest)
        if (!isOwn) return close().catch(() => undefined)
        for (const other of [...this.#guests]) other.fail(error)
        if (isLast) await this.#ask('ROLLBACK').catch(() => undefined)
      },
    }
  }

  /** True where nobody else is in it. */
  #left(guest: CursorGuest): boolean {
    if (!this.#guests.delete(guest) || this.#guests.size > 0) return false
    this.#begun = undefined
    return true
  }

  async #begin(): Promise<boolean> {
    const { mailbox } = this.#core
    // The status is true only behind what is in flight.
    if (mailbox.oldest !== undefined || mailbox.openLane !== this.#lane) await this.#ask('')
    if (mailbox.wire?.transactionStatus !== 'I') return false
    await this.#ask('BEGIN')
    return true
  }

  async #commit(): Promise<void> {
    const reply = await this.#ask('COMMIT')
    if (reply?.command !== 'ROLLBACK') return
    const connectionName = this.#core.settings.name
    const message = `the transaction of a cursor on ${connectionName} was rolled back by the server: a statement had failed in it`
    throw new TransactionAbortedError(message, { connectionName })
  }

  async #ask(text: string) {
    const refusal = this.#core.refusals.byLane(this.#lane)
    if (refusal !== undefined) throw refusal.error
    return this.#core.ask(this.#core.newRequest({ text, lane: this.#lane }))
  }
}
