import { type MeterProvider, metrics, type TracerProvider, trace } from '@opentelemetry/api'
import { checkNames } from '../errors/check-option.ts'
import { startMetrics } from './metrics.ts'
import { startSpans } from './spans.ts'
import { Subscriptions } from './subscriptions.ts'

export interface InstrumentOptions {
  /** Default: the global one. */
  tracerProvider?: TracerProvider
  /** Default: the global one. */
  meterProvider?: MeterProvider
  /**
   * Whether spans carry `db.query.text`. Texts may hold literals, so nobody's leave the process unless asked for; values of
   * parameters never do.
   * @default false
   */
  queryText?: boolean
}

/** Leaving its block, or `end()`, stops it. */
export interface Instrumentation extends Disposable {
  end(): void
}

/**
 * Spans and metrics of everything this package does in this process, by the semantic conventions of OpenTelemetry for
 * database clients: a span for each statement, transaction and attempt to connect; `db.client.operation.duration`,
 * `db.client.connection.*` of each pool, and `pg_supervisor.session.lost` and `.reconnect_attempts`. Connections made before
 * are seen as well. Needs `@opentelemetry/api`.
 *
 * @example
 * ```ts
 * import { Pool } from 'pg-supervisor'
 * import { instrument } from 'pg-supervisor/otel'
 *
 * using _ = instrument({ queryText: true })
 * await using pool = new Pool('postgres://localhost/app')
 * await pool.query('select 1')
 * ```
 *
 * @throws {InvalidOptionError} for names it does not know
 */
export function instrument(options: InstrumentOptions = {}): Instrumentation {
  checkNames(options, ['tracerProvider', 'meterProvider', 'queryText'])
  const { tracerProvider = trace.getTracerProvider(), meterProvider = metrics.getMeterProvider() } = options
  const subscriptions = new Subscriptions()
  startSpans(tracerProvider.getTracer('pg-supervisor'), subscriptions, options.queryText === true)
  startMetrics(meterProvider.getMeter('pg-supervisor'), subscriptions)
  const end = (): void => subscriptions.end()
  return { end, [Symbol.dispose]: end }
}
