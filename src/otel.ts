// `pg-supervisor/otel`: spans and metrics for OpenTelemetry.
export { type Instrumentation, type InstrumentOptions, instrument } from './otel/instrument.ts'
