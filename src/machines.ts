// `pg-supervisor/machines`: the chart itself, for tests, pictures and inspectors. Not covered by semantic versioning.
export type { ConnectionContext, ConnectionInput } from './machines/connection.context.ts'
export type { ConnectionEvent, ConnectionState, MachineNotice } from './machines/connection.events.ts'
export { type ConnectionMachine, connectionMachine } from './machines/connection.machine.ts'
