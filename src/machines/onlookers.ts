// Who looks at a connection's chart from outside: inspectors, and listeners of what it emits. While nobody does, a
// notification goes past it, from wire to facade (1 µs of the chart's each); for an onlooker each is an event.
import type { ActorRefFrom, Subscription } from 'xstate'
import type { MachineNotice } from './connection.events.ts'
import { type ConnectionMachine, connectionMachine } from './connection.machine.ts'

/** What is looked at of the actor. */
interface Watched {
  on: ActorRefFrom<ConnectionMachine>['on']
  readonly system: { inspect(observer: never): unknown }
}

export class Onlookers {
  /** From the first one on, for good. */
  came: boolean
  /** For those of the house, who hear of notifications either way. */
  readonly hear: (listener: (notice: MachineNotice) => void) => Subscription

  /** A chart that says notifications in a way of its own is always asked. */
  constructor(
    { implementations: { actions } }: ConnectionMachine,
    actor: ActorRefFrom<ConnectionMachine>,
    isInspected: boolean,
  ) {
    const ours = connectionMachine.implementations.actions
    this.came = isInspected || actions['tellNotification'] !== ours['tellNotification']
    const watched: Watched = actor
    const { system } = watched
    const on = watched.on.bind(actor)
    const { inspect } = system
    this.hear = (listener) => on('*', listener)
    watched.on = (type, listener) => {
      if (type === '*' || type === 'notification') this.came = true
      return on(type, listener)
    }
    system.inspect = (observer) => {
      this.came = true
      return inspect(observer)
    }
  }
}
