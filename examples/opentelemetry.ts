// Spans and metrics of a pool, printed instead of sent: put the exporters of your collector in their place.
import { context, metrics, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { Pool } from 'pg-supervisor'
import { instrument } from 'pg-supervisor/otel'

const spans = new InMemorySpanExporter()
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }))
// Metrics go to the global meter provider too, once there is one: metrics.setGlobalMeterProvider(…).
metrics.getMeterProvider()

const instrumentation = instrument()
await using pool = new Pool({ connectionString: process.env['DATABASE_URL'] ?? '', max: 2 })
await trace.getTracer('example').startActiveSpan('request', async (request) => {
  await pool.transaction((tx) => tx.query('select 1'))
  request.end()
})
instrumentation.end()

const nameOf = new Map(spans.getFinishedSpans().map((span) => [span.spanContext().spanId, span.name]))
for (const { name, parentSpanContext } of spans.getFinishedSpans())
  console.log(`${name} in ${nameOf.get(parentSpanContext?.spanId ?? '') ?? 'nothing'}`)
