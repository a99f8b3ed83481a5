import { eventually } from '../eventually.ts'
import type { Interceptor } from './faults.ts'
import type { Lane } from './lane.ts'
import type { WireMessage } from './wire-message.ts'

/**
 * Stops the first message that matches, with everything behind it in that direction, until it is released or dropped.
 * So a cable can be cut with a statement exactly where the test wants it: still on the way, or done but unanswered.
 */
export class HeldMessage implements Interceptor {
  readonly wants: (message: WireMessage) => boolean
  #lane: Lane | undefined
  #message: WireMessage | undefined

  constructor(wants: (message: WireMessage) => boolean) {
    this.wants = wants
  }

  get hasArrived(): boolean {
    return this.#message !== undefined
  }

  /** Waits until the message is here, and returns it. */
  arrived(timeoutMs = 5000): Promise<WireMessage> {
    return eventually(() => this.#message ?? false, { what: 'the message to hold arrives', timeoutMs })
  }

  /** Lets the message go on, and everything that waits behind it. */
  release(): void {
    this.#leave(this.#message?.bytes)
  }

  /** Loses this one message; what waits behind it goes on. */
  drop(): void {
    this.#leave(undefined)
  }

  take(message: WireMessage, lane: Lane): void {
    this.#message = message
    this.#lane = lane
    lane.hold()
  }

  #leave(bytes: Buffer | undefined): void {
    if (this.#lane === undefined)
      throw new Error('no message is held: it has not arrived, or was let go before')
    const lane = this.#lane
    this.#lane = undefined
    lane.letGo(bytes)
  }
}
