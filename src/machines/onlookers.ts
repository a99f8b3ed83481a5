// Who looks at a connection's chart from outside: inspectors, and listeners of what it emits. While nobody does, a
// notification goes past it, from wire to facade (1 µs of the chart's each); for an onlooker each is an event.
import type { ActorRefFrom, Subscription } from 'xstate'
import type { MachineNotice } from './connection.events.ts'
import { type ConnectionMachine, connectionMachine } from './connection.machine.ts'

type Chart = ActorRefFrom<ConnectionMachine>

/** What is looked at of the actor. */
interface Watched {
  on: Chart['on']
  readonly system: { inspect(observer: never): unknown }
}

const onlookersOf = new WeakMap<object, Onlookers>()

export class Onlookers {
  /** From the first one on, for good. */
  came: boolean
  readonly #actor: Chart

  /** A chart that says notifications in a way of its own is always asked. */
  constructor({ implementations: { actions } }: ConnectionMachine, actor: Chart, isInspected: boolean) {
    const ours = connectionMachine.implementations.actions
    this.came = isInspected || actions['tellNotification'] !== ours['tellNotification']
    this.#actor = actor
    onlookersOf.set(actor, this)
    const watched: Watched = actor
    watched.on = noticed
    const { system } = watched
    const { inspect } = system
    system.inspect = (observer) => {
      this.came = true
      return inspect(observer)
    }
  }

  /** For those of the house, who hear of notifications either way. */
  hear(listener: (notice: MachineNotice) => void): Subscription {
    return unnoticed(this.#actor).call(this.#actor, '*', listener)
  }
}

const unnoticed = (actor: Chart): Chart['on'] => (Object.getPrototypeOf(actor) as Chart).on

/** In the place of the actor's own; one for all of them, for closures are dear where there are ten thousand. */
const noticed: Chart['on'] = function (this: Chart, type, listener) {
  const onlookers = onlookersOf.get(this)
  if (onlookers !== undefined && (type === '*' || type === 'notification')) onlookers.came = true
  return Reflect.apply<Chart, [typeof type, typeof listener], Subscription>(unnoticed(this), this, [
    type,
    listener,
  ])
}
