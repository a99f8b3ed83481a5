// A connection under the chart of a pool: made, connected, listened to, ended. What becomes of it is told as facts.
import { longestDelayMs } from '../../backoff/longest-delay.ts'
import { createFailure, type Failure } from '../../errors/failure.ts'
import type { PoolFact } from '../../machines/pool/pool.events.ts'
import type { MemberHold } from '../../machines/pool/pool.wiring.ts'
import type { Connection } from '../connection.ts'
import { coreOf } from '../connection-readings.ts'
import type { Core } from '../core.ts'

/** What the pool does when it comes and goes. */
export interface Household {
  /** Of a new one, or the one that is put in. @throws whatever the user's factory throws */
  take(id: string, of: 'worker' | 'listener' | 'adopted'): Connection
  /** It has a session, and can be used. */
  up(connection: Connection): void
  /** It was given up; before the chart hears of it. */
  gaveUp(failure: Failure): void
  /** What its connect() rejected with, or the factory threw. */
  connectFailed(error: unknown): void
  /** The chart has it no more: it is ended, unless somebody took it out. */
  left(connection: Connection): void
}

type Tell = (fact: PoolFact) => void
type Origin = 'worker' | 'listener' | 'adopted'

export function superviseMember(household: Household, id: string, of: Origin, tell: Tell): MemberHold {
  try {
    return new Supervised(household, id, of, tell)
  } catch (error) {
    const message = 'the connection factory made no connection'
    const failure = createFailure({ kind: 'unknown', phase: 'connecting', at: Date.now(), message, error })
    household.gaveUp(failure)
    household.connectFailed(error)
    tell({ type: 'member.dead', id, failure })
    return { connect: () => undefined, end: () => tell({ type: 'member.ended', id }), leave: () => undefined }
  }
}

class Supervised implements MemberHold {
  readonly #household: Household
  readonly #id: string
  readonly #isListener: boolean
  readonly #tell: Tell
  readonly #connection: Connection
  readonly #core: Core
  readonly #stops: (() => void)[]
  #isEnding = false

  constructor(household: Household, id: string, of: Origin, tell: Tell) {
    this.#household = household
    this.#id = id
    this.#isListener = of === 'listener'
    this.#tell = tell
    this.#connection = household.take(id, of)
    this.#core = coreOf(this.#connection)
    const subscription = this.#core.onlookers.hear((notice) => {
      if (notice.type === 'connected') this.#up()
      else if (notice.type === 'dead') this.#gaveUp(notice.failure)
      else if (notice.type === 'state' && notice.to === 'dead') this.#down()
    })
    // Also where it was ended by hand, or its own chart broke.
    const stopHearing = this.#connection.on('closed', () => tell({ type: 'member.ended', id }))
    this.#stops = [() => subscription.unsubscribe(), stopHearing]
    if (this.#connection.isUsable) this.#up()
    else if (of === 'adopted') this.#down()
    else this.connect()
  }

  /** A listener, on whom subscriptions hang, goes on by its schedule; of workers there are others. */
  connect(): void {
    const trying = this.#connection.connect(this.#isListener ? { deadlineMs: longestDelayMs } : {})
    // That it failed is told by its own chart; with what, only here.
    trying.catch((error: unknown) => {
      if (!this.#isEnding) this.#household.connectFailed(error)
    })
  }

  end(): void {
    this.#isEnding = true
    const ended = (): void => this.#tell({ type: 'member.ended', id: this.#id })
    this.#connection.end().then(ended, ended)
  }

  leave(): void {
    for (const stop of this.#stops) stop()
    this.#household.left(this.#connection)
  }

  #up(): void {
    this.#tell({ type: 'member.up', id: this.#id })
    this.#household.up(this.#connection)
  }

  #down(): void {
    const { failure } = this.#core.actor.getSnapshot().context
    if (failure !== undefined) this.#tell({ type: 'member.down', id: this.#id, failure })
  }

  #gaveUp(failure: Failure): void {
    this.#household.gaveUp(failure)
    this.#tell({ type: 'member.dead', id: this.#id, failure })
  }
}
