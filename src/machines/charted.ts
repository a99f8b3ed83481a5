// Who has a chart that is not his to show: a pool, a supervisor. The recorder and the inspector find it by them.
import type { AnyActorRef } from 'xstate'

export interface Charted {
  readonly name: string
  readonly actor: AnyActorRef
  /** Unix milliseconds, by the owner's clock. */
  now(): number
}

const charts = new WeakMap<object, Charted>()

export function connectChart(owner: object, chart: Charted): void {
  charts.set(owner, chart)
}

export const chartedBy = (owner: object): Charted | undefined => charts.get(owner)
