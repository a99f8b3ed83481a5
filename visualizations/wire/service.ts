// An actor of XState 5 in the clothes of an interpreter of XState 4, which is all that @xstate/inspect wants to see.

/** As @xstate/inspect's pages know events: SCXML's, with the moment and the number of the step beside. */
export interface WireEvent {
  readonly $$type: 'scxml'
  readonly type: 'external'
  readonly name: string
  readonly data: { readonly type: string; readonly [field: string]: unknown }
  /** Who sent it: 'dial', 'session'; undefined = from outside. */
  readonly origin: string | undefined
  /** Unix milliseconds. */
  readonly at: number
}

/** The fields of a state that survive `State.create` of XState 4. */
export interface WireState {
  readonly value: unknown
  readonly context: object
  readonly _event: WireEvent
  /** The arrows taken, by their ids; empty where nothing answered the event. */
  readonly transitions: readonly string[]
  readonly actions: readonly { readonly type: string }[]
}

export interface ServiceFacts {
  readonly id: string
  readonly sessionId: string
  readonly definition: object
  readonly state: WireState
}

/** What @xstate/inspect's server registers. It replaces `send` to hear of events before they are answered. */
export class Service {
  readonly id: string
  readonly sessionId: string
  readonly machine: { readonly definition: object; toJSON(): object }
  state: WireState
  readonly #listeners = new Set<(state: WireState) => void>()
  readonly #stopListeners = new Set<() => void>()

  constructor({ id, sessionId, definition, state }: ServiceFacts) {
    this.id = id
    this.sessionId = sessionId
    this.machine = { definition, toJSON: () => definition }
    this.state = state
  }

  subscribe(listener: (state: WireState) => void): { unsubscribe(): void } {
    this.#listeners.add(listener)
    return { unsubscribe: () => this.#listeners.delete(listener) }
  }

  onStop(listener: () => void): this {
    this.#stopListeners.add(listener)
    return this
  }

  /** Read-only: whatever a page sends to it ends here. What we publish passes on its way to here. */
  send(_event: WireEvent): void {}

  becomes(state: WireState): void {
    this.state = state
    for (const listener of this.#listeners) listener(state)
  }

  stop(): void {
    for (const listener of this.#stopListeners) listener()
    this.#listeners.clear()
    this.#stopListeners.clear()
  }
}
