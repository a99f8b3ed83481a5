// A name for every transition of a chart, which traces, pictures and the inspector's page share. XState has none.
import type { ChartNode } from '../machines/chart-node.ts'

type Transition = NonNullable<ChartNode['always']>[number]

/**
 * 'attached/session.lost/0': the state that answers, the event, and the number of the answer among those of that event.
 * Timers are called `after.<delay>`, eventless transitions `always`.
 */
export function edgeIds(root: ChartNode): ReadonlyMap<object, string> {
  const known = namings.get(root)
  if (known !== undefined) return known
  const ids = new Map<object, string>()
  const name = (node: ChartNode): void => {
    for (const [event, transitions] of answersOf(node)) {
      for (const [index, transition] of transitions.entries())
        ids.set(transition, `${node.path.join('.')}/${event}/${index}`)
    }
    for (const child of Object.values(node.states)) name(child)
  }
  name(root)
  namings.set(root, ids)
  return ids
}

const namings = new WeakMap<ChartNode, ReadonlyMap<object, string>>()

/** All that a state answers by itself, by what it answers. */
export function answersOf(node: ChartNode): (readonly [string, readonly Transition[]])[] {
  const always = node.always ?? []
  return [
    ...(always.length > 0 ? [['always', always] as const] : []),
    ...[...node.transitions].map(([event, transitions]) => [eventName(event, node.id), transitions] as const),
  ]
}

/** XState's own events carry the id of their state, or of a child, at their end. */
export function eventName(type: string, nodeId?: string): string {
  if (!type.startsWith('xstate.')) return type
  const bare = type.slice('xstate.'.length)
  if (nodeId !== undefined && bare.endsWith(`.${nodeId}`)) return bare.slice(0, -nodeId.length - 1)
  const [kind, what = ''] = bare.split('.')
  return kind === 'after' ? `after.${what}` : bare
}
