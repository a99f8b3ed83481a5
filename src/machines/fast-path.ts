// Higher-order actor logic: the same chart, with its two hot self-transitions taken without the SCXML algorithm (a
// statement while busy: 0.06 µs instead of 1.6; a notification: 0.1 instead of 1.3), and with a door: an event that does
// not have its shape, sent by hand, is passed over instead of breaking a guard or the actor.
import type { ConnectionContext } from './connection.context.ts'
import type { ConnectionEvent } from './connection.events.ts'
import type { ConnectionMachine } from './connection.machine.ts'
import { RememberedMoves } from './remembered-moves.ts'
import type { StepWatched } from './step-watch.ts'
import { watchedTransition } from './watched-transition.ts'
import { isWellFormed } from './well-formed.ts'
import { wiringOf } from './wiring.ts'

type Misfit = (type: unknown, of: ConnectionContext) => void

const fast = new WeakMap<ConnectionMachine, ConnectionMachine>()

function tellRepeated(watched: StepWatched | undefined, type: string): void {
  if (watched?.stepWatchers === undefined) return
  for (const watcher of watched.stepWatchers) watcher.repeated(type)
}

/** One for all connections of a chart. */
export function fastMachine(machine: ConnectionMachine): ConnectionMachine {
  const known = fast.get(machine)
  if (known !== undefined) return known
  const made = withFastPath(machine, (type, context) => wiringOf(context)?.misfit(type))
  fast.set(machine, made)
  return made
}

export function withFastPath(machine: ConnectionMachine, misfit: Misfit): ConnectionMachine {
  const moves = new RememberedMoves(machine)
  const transition: ConnectionMachine['transition'] = (snapshot, event, scope) => {
    const { value } = snapshot
    const attached = typeof value === 'object' && 'attached' in value ? value.attached : undefined
    const isBusy = attached !== undefined && attached !== 'connected'
    if (event.type === 'statement' && isBusy && Number.isInteger(event.id)) {
      const wiring = wiringOf(snapshot.context)
      tellRepeated(wiring, event.type)
      wiring?.accept(event.id)
      return snapshot
    }
    if (event.type === 'session.notified' && attached !== undefined && isWellFormed(event)) {
      tellRepeated(wiringOf(snapshot.context), event.type)
      const { channel, payload, processId } = event.notification
      scope.defer(() => scope.emit({ type: 'notification', channel, payload, processId }))
      return snapshot
    }
    if (event.type === 'became' && attached !== undefined) {
      const isWatched = wiringOf(snapshot.context)?.stepWatchers !== undefined
      const known = isWatched ? undefined : moves.from(snapshot, event.occupation)
      if (known !== undefined) return known
    }
    if (!isWellFormed(event)) {
      misfit((event as { type?: unknown }).type, snapshot.context)
      for (const watcher of wiringOf(snapshot.context)?.stepWatchers ?? [])
        watcher.stepped({ event, took: [], after: snapshot })
      return snapshot
    }
    const after = watchedTransition(machine, snapshot, event, scope)
    if (event.type === 'became') moves.remember(snapshot, event.occupation, after)
    return after
  }
  // The machine's methods are own properties, bound to it.
  return Object.assign({}, machine, { transition })
}

/**
 * What comes by `send` comes from outside. XState's mailbox halts for good on what is no object; and its own events, by which
 * timers and children speak, go past `send`: sent by hand they would stop the actor or break it.
 */
export function guardDoor(
  actor: { send(event: ConnectionEvent): void; stop(): unknown },
  misfit: (type: unknown) => void,
): void {
  const send = actor.send.bind(actor)
  actor.send = (event: ConnectionEvent | null | undefined) => {
    const type: unknown = event?.type
    if (typeof event === 'object' && typeof type === 'string' && !type.startsWith('xstate.'))
      send(event as ConnectionEvent)
    else misfit(type)
  }
  // A stopped actor hears nothing any more, and whoever waits would wait for ever: it is ended instead.
  actor.stop = () => {
    send({ type: 'end', drainMs: 0 })
    return actor
  }
}
