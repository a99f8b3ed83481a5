// The event that a step tells of, with whatever the trace left out filled in: the chart decides by nothing of that.
import type { AnyMachineSnapshot } from 'xstate'
import { createFailure, type Failure, type FailureKind, type FailurePhase } from '../errors/failure.ts'
import { eventName } from './edge-ids.ts'
import type { TracedData, TraceStep } from './trace-format.ts'

export interface ReplayedEvent {
  readonly type: string
}

export function replayedEvent(step: ReplayableStep, snapshot: AnyMachineSnapshot): ReplayedEvent {
  const { event, data = {}, at = 0 } = step
  const failure = replayedFailure(data['failure'] as TracedData | undefined, at)
  const filled = filling[event]
  if (filled !== undefined) return { type: event, ...filled(data, failure) }
  return { type: /^(after|done|error)\./.test(event) ? ownTypeOf(event, snapshot) : event }
}

/** What has to be known of a step to take it again. */
export type ReplayableStep = Pick<TraceStep, 'event' | 'took'> & Partial<Pick<TraceStep, 'data' | 'at'>>

export function replayedFailure(traced: TracedData | undefined, at: number): Failure {
  const {
    kind = 'unknown',
    phase = 'idle',
    code,
    severity,
    readOnlyTransaction,
    at: noted = at,
  } = traced ?? {}
  return createFailure({
    kind: kind as FailureKind,
    phase: phase as FailurePhase,
    message: 'replayed',
    code: code as string | undefined,
    severity: severity as string | undefined,
    readOnlyTransaction: readOnlyTransaction === true,
    at: noted as number,
  })
}

type Filling = (data: TracedData, failure: Failure) => object

const filling: Readonly<Record<string, Filling>> = {
  connect: ({ until }) => ({ until }),
  'connect.abort': () => ({}),
  'connect.expire': (_, failure) => ({ failure }),
  end: ({ drainMs = 0 }) => ({ drainMs }),
  statement: () => ({ id: 1 }),
  judge: (_, failure) => ({ failure }),
  'dial.opened': ({ processId = 0, listeningSince = 0, channels = 0 }) => ({
    processId,
    listeningSince,
    host: { host: 'replayed', port: 0 },
    channels: Array.from({ length: Number(channels) }, () => 'replayed'),
  }),
  'dial.failed': ({ delayMs }, failure) => ({ failure, delayMs }),
  restored: () => ({}),
  'session.lost': ({ silentSince = 0 }, failure) => ({ failure, silentSince }),
  'session.notified': () => ({ notification: { channel: 'replayed', payload: '', processId: 0 } }),
  'session.noticed': () => ({ notice: { message: 'replayed' } }),
  'session.parameter': () => ({ name: 'replayed', value: '' }),
  became: ({ occupation }) => ({ occupation }),
  retire: () => ({ reason: 'replayed' }),
  hungUp: ({ delayMs }) => ({ delayMs }),
  // Of a pool.
  unlisten: ({ id }) => ({ id }),
  dismiss: ({ id, reason }) => ({ id, reason }),
  release: ({ id }) => ({ id }),
  'member.up': ({ id }) => ({ id }),
  'member.down': ({ id }, failure) => ({ id, failure }),
  'member.dead': ({ id }, failure) => ({ id, failure }),
  'member.ended': ({ id }) => ({ id }),
  // Of a supervisor.
  report: (_, failure) => ({ failure }),
  closed: ({ delayMs }) => ({ delayMs }),
  'attempt.failed': (_, failure) => ({ failure }),
}

/** Of a timer or of a child: the states that are active know how XState calls it. */
function ownTypeOf(event: string, { _nodes: nodes }: AnyMachineSnapshot): string {
  for (const { id, transitions } of nodes) {
    for (const type of transitions.keys()) if (eventName(type, id) === event) return type
  }
  return `xstate.${event}`
}
