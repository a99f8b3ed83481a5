// `pg-supervisor/machines`: the chart itself, for tests, pictures and inspectors. Not covered by semantic versioning.
export type { ConnectionContext, ConnectionInput } from './machines/connection.context.ts'
export type { ConnectionEvent, ConnectionState, MachineNotice } from './machines/connection.events.ts'
export { type ConnectionMachine, connectionMachine } from './machines/connection.machine.ts'
export type { MemberFact, PoolContext, PoolInput } from './machines/pool/pool.context.ts'
export type { PoolEvent, PoolNotice } from './machines/pool/pool.events.ts'
export { type PoolMachine, poolMachine } from './machines/pool/pool.machine.ts'
export {
  ConnectionModel,
  type ConnectionModelConfig,
  createConnectionModel,
} from './model/connection-model.ts'
export type { ModelAnswer, ModelFault, ModelReply, ModelStatement } from './model/model-answer.ts'
export { VirtualClock } from './model/virtual-clock.ts'
export { edgeIds } from './traces/edge-ids.ts'
export { readTrace } from './traces/read-trace.ts'
export { recordTrace, type Trace, type TraceOptions } from './traces/record-trace.ts'
export type { Traceable } from './traces/recorded.ts'
export { replayTrace, type TraceDifference } from './traces/replay-trace.ts'
export { ReplayedChart } from './traces/replayed-chart.ts'
export { traceAsTest } from './traces/trace-as-test.ts'
export type {
  TracedData,
  TracedSettlements,
  TracedValue,
  TraceHeader,
  TraceLine,
  TraceStep,
} from './traces/trace-format.ts'
