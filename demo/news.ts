// Notifications, numbered: somebody elsewhere sends them, the connection on show hears them, or announces a gap.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from 'pg-supervisor'
import { now } from './call-book.ts'

/** One that the server has accepted. */
export interface Sent {
  readonly number: number
  readonly askedAt: number
  readonly acceptedAt: number
}

export interface Gap {
  readonly from: number
  readonly to: number
}

export class News {
  readonly sent: Sent[] = []
  readonly heard = new Set<number>()
  readonly gaps: Gap[] = []
  readonly #channel: string
  readonly #elsewhere: Connection
  readonly #ended = new AbortController()
  #sender: Promise<void> | undefined

  constructor(elsewhere: Connection, channel: string) {
    this.#elsewhere = elsewhere
    this.#channel = channel
  }

  async start(connection: Connection): Promise<void> {
    connection.on('gap', ({ from, to }) => this.gaps.push({ from, to }))
    await connection.listen(this.#channel, ({ payload }) => this.heard.add(Number(payload)))
    this.#sender = this.#send(this.#ended.signal)
  }

  /** Sends no more. */
  async stop(): Promise<void> {
    this.#ended.abort()
    await this.#sender
  }

  /** Waits for the last one: once it is here, all before it have arrived or never will. */
  async arrived(): Promise<void> {
    const last = this.sent.at(-1)?.number ?? 0
    for (let glance = 0; glance < 100 && !this.heard.has(last); glance++) await sleep(10)
  }

  async #send(ended: AbortSignal): Promise<void> {
    for (let number = 1; !ended.aborted; number++) {
      const askedAt = now()
      // Its own connection loses its session too when the server restarts: then nobody knows whether it was sent.
      const wasSent = await this.#elsewhere.notify(this.#channel, String(number)).then(
        () => true,
        () => false,
      )
      if (wasSent) this.sent.push({ number, askedAt, acceptedAt: now() })
      await sleep(20)
    }
  }
}
