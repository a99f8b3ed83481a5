// What its user holds: fetches in turns, each bounded, and one end. Whatever goes wrong once a fetch has begun ends the cursor,
// for how far it had come nobody knows then.
import type { RequestLane } from '../../machines/mailbox/request.ts'
import type { Core } from '../core.ts'
import type { Cursor, WaitOptions } from '../queryable.ts'
import { isRowCount } from '../requests/request-options.ts'
import { checkFetchOptions, reasonOf } from '../requests/wait-options.ts'
import { waitBounded } from '../wait-bounded.ts'
import { bindTo } from './bind-to.ts'
import type { CursorHome } from './cursor-home.ts'
import type { CursorPlan } from './cursor-plan.ts'
import { IdleWatch } from './idle-watch.ts'
import { Portal } from './portal.ts'
import { ReadAhead } from './read-ahead.ts'
import { Turns } from './turns.ts'

export interface CursorParts {
  readonly core: Core
  readonly home: CursorHome
  readonly plan: CursorPlan
  /** Every promise that is handed out passes here. */
  keep<T>(promise: Promise<T>): Promise<T>
}

export class ServerCursor<R> implements Cursor<R> {
  readonly #parts: CursorParts
  readonly #portal: Portal
  readonly #turns = new Turns()
  readonly #ahead = new ReadAhead<R>()
  /** Rung when it fails, so that whatever it has under way ends. */
  readonly #alarm = new AbortController()
  readonly #idle: IdleWatch
  #letGo = (): void => undefined
  #isExhausted = false
  #failure: { readonly error: unknown; isTold: boolean } | undefined
  /** Rolls back, or closes it on the server, after it has failed. */
  #clearing: Promise<void> | undefined
  #closing: Promise<void> | undefined

  constructor(parts: CursorParts) {
    const { core, home, plan } = parts
    this.#parts = parts
    const guest = { signal: this.#alarm.signal, fail: (error: unknown) => this.#fail(error) }
    this.#portal = new Portal(core, home, plan, guest)
    const isBusy = (): boolean => !this.#turns.isFree
    this.#idle = new IdleWatch(core.clock, plan.idleTimeoutMs, isBusy, () => this.#fail(this.#idleError()))
  }

  fetchOne(options?: WaitOptions): Promise<R | undefined> {
    return this.#inTurn(options, async () => (await this.#take(1))[0])
  }

  fetchMany(count = this.#parts.plan.batchSize, options?: WaitOptions): Promise<R[]> {
    if (isRowCount(count)) return this.#inTurn(options, () => this.#take(count))
    const error = new RangeError('a count of rows is a whole number from 1 to 2147483647')
    return this.#parts.keep(Promise.reject(error))
  }

  fetchAll(options?: WaitOptions): Promise<R[]> {
    return this.#inTurn(options, async () => {
      const rest = await this.#fetch('ALL')
      return this.#ahead.size === 0 ? rest : [...this.#ahead.take(this.#ahead.size), ...rest]
    })
  }

  close(): Promise<void> {
    this.#closing ??= this.#parts.keep(this.#close())
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  [Symbol.asyncIterator](): AsyncIterator<R, undefined> {
    return {
      next: () => this.#next(),
      return: async () => {
        await this.close()
        return { done: true, value: undefined }
      },
    }
  }

  #next(): Promise<IteratorResult<R, undefined>> {
    // What was read ahead costs no turn, unless somebody else has one.
    if (this.#ahead.size === 0 || !this.#turns.isFree || this.#refusal({}) !== undefined)
      return this.#inTurn({}, () => this.#readOn())
    this.#idle.used()
    return Promise.resolve({ done: false, value: this.#ahead.shift() })
  }

  async #readOn(): Promise<IteratorResult<R, undefined>> {
    if (this.#ahead.size === 0) this.#ahead.put(await this.#fetch(this.#parts.plan.batchSize))
    if (this.#ahead.size === 0) return { done: true, value: undefined }
    return { done: false, value: this.#ahead.shift() }
  }

  async #take(count: number): Promise<R[]> {
    const rows = this.#ahead.take(count)
    return rows.length === count ? rows : [...rows, ...(await this.#fetch(count - rows.length))]
  }

  async #fetch(count: number | 'ALL'): Promise<R[]> {
    if (this.#isExhausted) return []
    if (this.#portal.room === undefined) await this.#open()
    const rows = (await this.#portal.fetch(count)) as R[]
    if (count === 'ALL' || rows.length < count) await this.#finish()
    return rows
  }

  async #open(): Promise<void> {
    const { core, plan } = this.#parts
    this.#letGo = bindTo(core, plan.bounds, (error) => this.#fail(error), this.#phase)
    this.#alarm.signal.throwIfAborted()
    await this.#portal.open((lane) => this.#entered(lane))
  }

  #entered(lane: RequestLane): void {
    this.#idle.start()
    const letGo = this.#letGo
    const forget = lane.onEnd(() => this.#rest())
    this.#letGo = () => {
      forget()
      letGo()
    }
  }

  /** Nothing of it watches or keeps anything any more. */
  #rest(): void {
    this.#idle.stop()
    this.#letGo()
    // So that the next fetch says why.
    this.#ahead.drop()
  }

  #inTurn<T>(options: WaitOptions | undefined, work: () => Promise<T>): Promise<T> {
    return this.#parts.keep(this.#turn(options ?? {}, work))
  }

  async #turn<T>(options: WaitOptions, work: () => Promise<T>): Promise<T> {
    checkFetchOptions(options)
    const refusal = this.#refusal(options)
    if (refusal !== undefined) throw refusal.error
    const { core } = this.#parts
    const { timeoutMs } = options
    const begun = core.clock.now()
    const { come, over } = this.#turns.take()
    try {
      await waitBounded(core, () => come, options)
      this.#throwIfFailed()
      const left = timeoutMs && { timeoutMs: Math.max(1, timeoutMs - (core.clock.now() - begun)) }
      const letGo = bindTo(core, { ...options, ...left }, (error) => this.#fail(error), this.#phase)
      try {
        return await work()
      } catch (error) {
        this.#fail(error)
        this.#throwIfFailed()
        throw error
      } finally {
        letGo()
      }
    } finally {
      this.#idle.used()
      over()
    }
  }

  /** Why nothing can be fetched now. */
  #refusal(options: WaitOptions): { readonly error: unknown } | undefined {
    if (options.signal?.aborted) return { error: reasonOf(options.signal) }
    if (this.#failure !== undefined) return this.#told()
    if (this.#closing !== undefined) return { error: this.#parts.core.refusals.cursorClosed() }
    return this.#isExhausted ? undefined : this.#portal.refusal()
  }

  #throwIfFailed(): void {
    const told = this.#told()
    if (told !== undefined) throw told.error
  }

  #told(): { readonly error: unknown } | undefined {
    if (this.#failure !== undefined) this.#failure.isTold = true
    return this.#failure
  }

  readonly #phase = (): 'queue' | 'execution' | 'cursor' => {
    if (this.#portal.room === undefined) return 'queue'
    return this.#turns.isFree ? 'cursor' : 'execution'
  }

  #idleError(): unknown {
    const { core, plan } = this.#parts
    const holdsSession = this.#portal.room?.lane.parent === core.mailbox.root && this.#portal.room.isOwn
    return core.refusals.cursorIdle(plan.idleTimeoutMs, holdsSession ? core.ledger.pendingOnOwnLane : 0)
  }

  /** It has come to its good end. */
  async #finish(): Promise<void> {
    // The end of its transaction is no surprise any more.
    this.#idle.stop()
    this.#letGo()
    await this.#portal.leave()
    this.#isExhausted = true
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined || this.#isExhausted) return
    this.#failure = { error, isTold: false }
    this.#rest()
    this.#alarm.abort(error)
    const { come, over } = this.#turns.take()
    const clear = async (): Promise<void> => {
      await come
      await this.#portal.abandon(error)
      over()
    }
    this.#clearing = this.#parts.keep(clear())
  }

  async #close(): Promise<void> {
    const { come, over } = this.#turns.take()
    try {
      await come
      const isOpen = this.#portal.room !== undefined && this.#failure === undefined && !this.#isExhausted
      if (isOpen) await this.#finish()
    } catch (error) {
      this.#fail(error)
    } finally {
      over()
    }
    await this.#clearing
    if (this.#failure?.isTold === false && this.#portal.room?.isOwn === true) this.#throwIfFailed()
  }
}
