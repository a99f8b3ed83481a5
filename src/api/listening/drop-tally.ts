export interface DropListener {
  /** The oldest were dropped; they had come from the one moment to the other. */
  overflowed(channels: string[], from: number, to: number): void
  now(): number
}

/** Counts what a full buffer drops, and tells it once per turn of the loop rather than once per notification. */
export class DropTally {
  readonly #host: DropListener
  readonly #channels = new Set<string>()
  #span: { readonly from: number; to: number } | undefined

  constructor(host: DropListener) {
    this.#host = host
  }

  dropped(channel: string, at: number): void {
    this.#channels.add(channel)
    if (this.#span !== undefined) {
      this.#span.to = at
      return
    }
    const span = { from: at, to: at }
    this.#span = span
    setImmediate(() => {
      const channels = [...this.#channels]
      this.#channels.clear()
      this.#span = undefined
      this.#host.overflowed(channels, span.from, span.to)
    })
  }
}
