// Within transactions the chart follows the mailbox from querying to committing, and on to the next one's querying: the
// same few ways again and again, on which nothing is done and nothing is noted. A snapshot is a value, and what follows on
// it is one: found by the chart once, it is remembered for as long as the context is the same (10 µs, twice a transaction).
import type { SnapshotFrom } from 'xstate'
import { type ConnectionMachine, connectionMachine } from './connection.machine.ts'
import type { Occupation } from './mailbox/occupation.ts'

type Snapshot = SnapshotFrom<ConnectionMachine>

export class RememberedMoves {
  readonly #known = new WeakMap<Snapshot['context'], Map<string, Snapshot>>()
  /** A chart whose judge or announcement is somebody else's is asked each time. */
  readonly #isOurs: boolean

  constructor({ implementations: { guards, actions } }: ConnectionMachine) {
    const ours = connectionMachine.implementations
    this.#isOurs =
      guards['isNow'] === ours.guards['isNow'] && actions['announce'] === ours.actions['announce']
  }

  /** Where `became` leads from here; undefined = to be found out. */
  from(before: Snapshot, occupation: Occupation): Snapshot | undefined {
    const place = placeInTransaction(before)
    return place === undefined ? undefined : this.#known.get(before.context)?.get(`${place} ${occupation}`)
  }

  remember(before: Snapshot, occupation: Occupation, after: Snapshot): void {
    const { context, children } = before
    const place = placeInTransaction(before)
    const isMoveAlone = after.context === context && after.children === children && after.status === 'active'
    if (!this.#isOurs || !isMoveAlone || place === undefined || placeInTransaction(after) === undefined)
      return
    const known = this.#known.get(context) ?? new Map<string, Snapshot>()
    this.#known.set(context, known)
    known.set(`${place} ${occupation}`, after)
  }
}

const placeInTransaction = ({ value }: Snapshot): string | undefined =>
  typeof value === 'object' && 'attached' in value && typeof value.attached === 'object'
    ? value.attached.inTransaction
    : undefined
