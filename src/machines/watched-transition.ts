import type { AnyTransitionDefinition, SnapshotFrom } from 'xstate'
import type { ConnectionMachine } from './connection.machine.ts'
import { wiringOf } from './wiring.ts'

/** The machine's own transition; whoever watches is told which way it took. */
export function watchedTransition(
  machine: ConnectionMachine,
  ...[snapshot, event, scope]: Parameters<ConnectionMachine['transition']>
): SnapshotFrom<ConnectionMachine> {
  const watchers = wiringOf(snapshot.context)?.stepWatchers
  if (watchers === undefined) return machine.transition(snapshot, event, scope)
  const took: AnyTransitionDefinition[] = []
  const hearing = scope.system.inspect((inspected) => {
    if (inspected.type === '@xstate.microstep' && inspected.actorRef === scope.self)
      took.push(...inspected._transitions)
  })
  try {
    const after = machine.transition(snapshot, event, scope)
    for (const watcher of watchers) watcher.stepped({ event, took, after })
    return after
  } finally {
    hearing.unsubscribe()
  }
}
