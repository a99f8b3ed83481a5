// Taking part in channels, and leaving all of them again.
import type { Channel, TracingChannel, TracingChannelSubscribers } from 'node:diagnostics_channel'

export class Subscriptions {
  readonly #endings: (() => void)[] = []

  /** Of a tracing channel, any of its moments. */
  trace<M extends object>(
    channel: TracingChannel<object, M>,
    moments: Partial<TracingChannelSubscribers<M>>,
  ): void {
    const all = { ...silent, ...moments } as TracingChannelSubscribers<M>
    channel.subscribe(all)
    this.#endings.push(() => channel.unsubscribe(all))
  }

  hear(channel: Channel, listener: (message: unknown) => void): void {
    channel.subscribe(listener)
    this.#endings.push(() => channel.unsubscribe(listener))
  }

  /** Runs on leaving. */
  onEnd(end: () => void): void {
    this.#endings.push(end)
  }

  end(): void {
    for (const end of this.#endings.splice(0)) end()
  }
}

const nothing = (): void => undefined
const silent = { start: nothing, end: nothing, asyncStart: nothing, asyncEnd: nothing, error: nothing }
