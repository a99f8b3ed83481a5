import { type AnyEventObject, fromCallback, type NonReducibleUnknown } from 'xstate'
import type { ConnectionFact } from '../connection.events.ts'
import { type Identity, type Wiring, wiringOf } from '../wiring.ts'
import type { Manner } from './close-wire.ts'

export interface SessionInput {
  readonly identity: Identity
  /** With its monitors; nobody watches what is only let finish. */
  readonly isWatched?: boolean
  /** How to close it. */
  readonly manner?: Manner
}

export type Tell = (fact: ConnectionFact) => void

/** An actor whose whole life is `work`; what `work` returns ends it. */
export const sessionActor = (work: (wiring: Wiring, tell: Tell, input: SessionInput) => () => void) =>
  fromCallback<AnyEventObject, SessionInput & NonReducibleUnknown>(({ input, sendBack }) => {
    const wiring = wiringOf(input)
    if (wiring === undefined)
      throw new Error('no connection is wired to this machine: use Connection, or provide the actors')
    return work(wiring, sendBack, input)
  })
