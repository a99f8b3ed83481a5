// A cursor on a connection has a transaction of its own, which holds the session until the cursor ends. It is one like any
// other, with a callback that waits for that.
import type { RequestLane } from '../../machines/mailbox/request.ts'
import { laneOfNow } from '../leases/scope.ts'
import type { TransactionOptions } from '../queryable.ts'
import type { CursorGuest, CursorHome, CursorRoom } from './cursor-home.ts'

export type RunTransaction = (work: () => Promise<void>, options: TransactionOptions) => Promise<void>

export class OwnTransaction implements CursorHome {
  readonly #run: RunTransaction
  readonly #isDetached: boolean
  readonly refusal: CursorHome['refusal']

  constructor(run: RunTransaction, isDetached: boolean, refusal: CursorHome['refusal']) {
    this.#run = run
    this.#isDetached = isDetached
    this.refusal = refusal
  }

  enter({ signal }: CursorGuest): Promise<CursorRoom> {
    return new Promise((resolve, reject) => {
      let finish = (): void => undefined
      const isOver = new Promise<void>((over) => {
        finish = over
      })
      const work = (): Promise<void> => {
        const lane = laneOfNow() as RequestLane
        // Lost, or cut by the connection's end: the transaction knows what to make of it.
        lane.onEnd(finish)
        resolve(new OwnRoom(lane, running, finish))
        return isOver
      }
      const running: Promise<void> = this.#run(work, { signal, detached: this.#isDetached })
      running.catch(reject)
    })
  }
}

class OwnRoom implements CursorRoom {
  readonly lane: RequestLane
  readonly isOwn = true
  readonly #running: Promise<void>
  readonly #finish: () => void

  constructor(lane: RequestLane, running: Promise<void>, finish: () => void) {
    this.lane = lane
    this.#running = running
    this.#finish = finish
  }

  /** Nobody else can be in its way, whichever context it is used from. */
  refusal(): undefined {}

  /** COMMIT closes it. */
  leave(): Promise<void> {
    this.#finish()
    return this.#running
  }

  /** The guest's signal has cut it. */
  abandon(): Promise<void> {
    return this.#running.catch(() => undefined)
  }
}
