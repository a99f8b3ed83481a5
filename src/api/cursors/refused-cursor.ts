import type { Cursor } from '../queryable.ts'

/** For what no cursor can be made of: bad input rejects, and never throws. */
export class RefusedCursor<R> implements Cursor<R> {
  readonly #reject: () => Promise<never>

  constructor(error: unknown, keep: (rejection: Promise<never>) => Promise<never>) {
    this.#reject = () => keep(Promise.reject(error))
  }

  fetchOne(): Promise<R | undefined> {
    return this.#reject()
  }

  fetchMany(): Promise<R[]> {
    return this.#reject()
  }

  fetchAll(): Promise<R[]> {
    return this.#reject()
  }

  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}

  [Symbol.asyncIterator](): AsyncIterator<R, undefined> {
    return { next: () => this.#reject() }
  }
}
