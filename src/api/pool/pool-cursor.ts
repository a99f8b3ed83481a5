// A cursor of the pool: its first fetch leases a member, on which it is a cursor like any other, until that has ended.
import { coreOf } from '../connection-readings.ts'
import type { CursorPlan } from '../cursors/cursor-plan.ts'
import { OwnTransaction } from '../cursors/own-transaction.ts'
import { ServerCursor } from '../cursors/server-cursor.ts'
import { leftOf } from '../leases/repeat.ts'
import type { Cursor, WaitOptions } from '../queryable.ts'
import { isRowCount } from '../requests/request-options.ts'
import { checkFetchOptions } from '../requests/wait-options.ts'
import { waitBounded } from '../wait-bounded.ts'
import type { PoolCore } from './pool-core.ts'

export class PoolCursor<R> implements Cursor<R> {
  readonly #core: PoolCore
  readonly #plan: CursorPlan
  /** Where it was asked for. */
  readonly #stack: string
  readonly #closing = new AbortController()
  #begunAt: number | undefined
  #opening: Promise<void> | undefined
  #inner: Cursor<R> | undefined
  /** Gives back a member on which nothing was begun. */
  #giveBack: (() => void) | undefined

  constructor(core: PoolCore, plan: CursorPlan, stack: string) {
    this.#core = core
    this.#plan = plan
    this.#stack = stack
  }

  fetchOne(options?: WaitOptions): Promise<R | undefined> {
    return this.#fetch(options, (inner, left) => inner.fetchOne(left))
  }

  fetchMany(count = this.#plan.batchSize, options?: WaitOptions): Promise<R[]> {
    if (isRowCount(count)) return this.#fetch(options, (inner, left) => inner.fetchMany(count, left))
    return Promise.reject(new RangeError('a count of rows is a whole number from 1 to 2147483647'))
  }

  fetchAll(options?: WaitOptions): Promise<R[]> {
    return this.#fetch(options, (inner, left) => inner.fetchAll(left))
  }

  async close(): Promise<void> {
    this.#closing.abort(this.#core.refusals.cursorClosed())
    await this.#opening?.catch(() => undefined)
    await this.#inner?.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  [Symbol.asyncIterator](): AsyncIterator<R, undefined> {
    let inner: AsyncIterator<R, undefined> | undefined
    const next = (cursor: Cursor<R>): Promise<IteratorResult<R, undefined>> => {
      inner ??= cursor[Symbol.asyncIterator]() as AsyncIterator<R, undefined>
      return inner.next()
    }
    return {
      next: () => (inner === undefined ? this.#fetch({}, next) : inner.next()),
      return: async () => {
        await this.close()
        return { done: true, value: undefined }
      },
    }
  }

  async #fetch<T>(
    options: WaitOptions = {},
    work: (inner: Cursor<R>, left: WaitOptions) => Promise<T>,
  ): Promise<T> {
    checkFetchOptions(options)
    const { clock } = this.#core
    const asked = clock.now()
    const left = (): WaitOptions => leftOf(options, clock.now() - asked)
    while (this.#inner === undefined) {
      const others = this.#opening
      if (others === undefined) await this.#open(left())
      else await waitBounded(this.#core, () => others.catch(() => undefined), left())
    }
    try {
      return await work(this.#inner, left())
    } finally {
      this.#giveBack?.()
    }
  }

  /** Whoever fetches first waits for a member; if he waits no longer, the next one may. */
  async #open(options: WaitOptions): Promise<void> {
    this.#closing.signal.throwIfAborted()
    this.#opening = this.#lease(options)
    try {
      await this.#opening
    } finally {
      this.#opening = undefined
    }
  }

  async #lease(options: WaitOptions): Promise<void> {
    const { clock, lending, leaks } = this.#core
    this.#begunAt ??= clock.now()
    const { bounds } = this.#plan
    const leftOfAll = (): WaitOptions => leftOf(bounds, clock.now() - (this.#begunAt as number))
    const { member, end } = await lending.wait({
      ...tighter(leftOfAll(), options, this.#closing.signal),
      kind: 'lease',
    })
    const letGo = leaks.watch(member, this.#stack)
    const giveBack = (): void => {
      letGo()
      end()
    }
    this.#giveBack = () => {
      this.#giveBack = undefined
      giveBack()
    }
    const { connection } = member
    const home = new OwnTransaction(
      (work, transactionOptions) => {
        this.#giveBack = undefined
        const running = connection.transaction(work, transactionOptions)
        running.then(giveBack, giveBack)
        return running
      },
      bounds.detached === true,
      () => undefined,
    )
    const plan = { ...this.#plan, bounds: { ...bounds, ...leftOfAll() } }
    this.#inner = new ServerCursor<R>({ core: coreOf(connection), home, plan, keep: (promise) => promise })
  }
}

/** The bounds of the cursor, of the fetch, and its closing. */
function tighter(cursor: WaitOptions, fetch: WaitOptions, closing: AbortSignal): WaitOptions {
  const signals = [cursor.signal, fetch.signal, closing].filter((signal) => signal !== undefined)
  const timeouts = [cursor.timeoutMs, fetch.timeoutMs].filter((ms) => ms !== undefined)
  return {
    signal: AbortSignal.any(signals),
    ...(timeouts.length === 0 ? {} : { timeoutMs: Math.min(...timeouts) }),
  }
}
