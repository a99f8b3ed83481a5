// What can be recorded, and how each of them is heard.
import type { AnyActorRef, AnyMachineSnapshot, AnyTransitionDefinition } from 'xstate'
import { chartedBy } from '../machines/charted.ts'
import { type StepWatcher, watchSteps } from '../machines/step-watch.ts'
import { nowOf, wiringOf } from '../machines/wiring.ts'
import type { Recorded } from './trace-recorder.ts'

/** A Connection, a Pool, or a Supervisor. */
export type Traceable =
  | { readonly name: string; readonly pending: number; readonly actor: AnyActorRef }
  | { readonly stats: { readonly size: number }; start(): Promise<unknown> }
  | { readonly isDead: boolean; recover(): boolean }

/** Undefined for what is none of them. */
export function recordedOf(traceable: unknown): Recorded | undefined {
  if (typeof traceable !== 'object' || traceable === null) return undefined
  const charted = chartedBy(traceable)
  if (charted !== undefined) {
    const { name, actor } = charted
    const watch = (recorder: StepWatcher) => [watchActor(actor, recorder)]
    return { name, actor, now: () => charted.now(), pending: () => undefined, watch }
  }
  const connection = traceable as Extract<Traceable, { actor: AnyActorRef }>
  const context = connection.actor?.getSnapshot?.().context as never
  const wiring = (context as { identity?: unknown } | undefined)?.identity ? wiringOf(context) : undefined
  if (wiring === undefined) return undefined
  return {
    name: connection.name,
    actor: connection.actor,
    now: () => nowOf(context),
    pending: () => connection.pending,
    watch: (recorder) => [wiring.watchRequests(recorder), watchSteps(wiring, recorder)],
  }
}

/** By XState's own inspection: charts that few events reach need nothing cheaper. */
function watchActor(actor: AnyActorRef, watcher: StepWatcher): () => void {
  let took: AnyTransitionDefinition[] = []
  const hearing = actor.system.inspect((inspected) => {
    if (inspected.actorRef !== actor) return
    if (inspected.type === '@xstate.microstep') took.push(...inspected._transitions)
    if (inspected.type !== '@xstate.snapshot') return
    const { event, snapshot } = inspected
    const taken = took
    took = []
    watcher.stepped({ event, took: taken, after: snapshot as AnyMachineSnapshot })
  })
  return () => hearing.unsubscribe()
}
