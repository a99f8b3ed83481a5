// With the real SDK, its exporters in memory.
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Connection, connect, Pool } from '../../src/index.ts'
import { type InstrumentOptions, instrument } from '../../src/otel.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld } from '../support/world.ts'

const server = await testServer()
beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
})
afterAll(() => server.dispose())

interface Telemetry extends AsyncDisposable {
  readonly spans: InMemorySpanExporter
  readonly provider: BasicTracerProvider
  /** What was measured so far: each metric with its data points. */
  metrics(): Promise<Map<string, { attributes: object; value: unknown }[]>>
}

function observe(options: InstrumentOptions = {}): Telemetry {
  const spans = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] })
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  const meterProvider = new MeterProvider({ readers: [reader] })
  const instrumentation = instrument({ tracerProvider: provider, meterProvider, ...options })
  return {
    spans,
    provider,
    metrics: async () => {
      await reader.forceFlush()
      const last = exporter.getMetrics().at(-1)!
      const all = last.scopeMetrics.flatMap(({ metrics }) => metrics)
      return new Map(all.map(({ descriptor, dataPoints }) => [descriptor.name, [...dataPoints]]))
    },
    [Symbol.asyncDispose]: async () => {
      instrumentation.end()
      await meterProvider.shutdown()
    },
  }
}

const named = (spans: readonly ReadableSpan[], name: string) => spans.filter((span) => span.name === name)
const parentIdOf = ({ parentSpanContext }: ReadableSpan) => parentSpanContext?.spanId

async function connected(): Promise<Connection> {
  return connect({ connectionString: server.url, name: 'observed' })
}

describe('the spans', () => {
  it('of a statement say what the conventions ask for, and no text', async () => {
    await using connection = await connected()
    await using telemetry = observe()
    await connection.query("select 'secret' as word, $1::text", ['value'])
    const [span] = telemetry.spans.getFinishedSpans()
    expect(span).toMatchObject({ name: 'SELECT postgres', kind: SpanKind.CLIENT })
    expect(span!.attributes).toEqual({
      'db.system.name': 'postgresql',
      'db.namespace': 'postgres',
      'db.operation.name': 'SELECT',
      'server.address': new URL(server.url).hostname,
      'server.port': Number(new URL(server.url).port),
    })
  })

  it('carry the text where it is asked for, and never a value', async () => {
    await using connection = await connected()
    await using telemetry = observe({ queryText: true })
    await connection.query('select $1::text', ['value'])
    const [span] = telemetry.spans.getFinishedSpans()
    expect(span!.attributes['db.query.text']).toBe('select $1::text')
    expect(JSON.stringify([span!.attributes, span!.events, span!.status])).not.toContain('value')
  })

  it('of a failure have its SQLSTATE, and not its message', async () => {
    await using connection = await connected()
    await using telemetry = observe()
    await expect(connection.query("select 'secret'::int")).rejects.toThrow('secret')
    const [span] = telemetry.spans.getFinishedSpans()
    expect(span!.attributes).toMatchObject({ 'error.type': '22P02', 'db.response.status_code': '22P02' })
    expect(span!.status).toEqual({ code: SpanStatusCode.ERROR })
    expect(span!.events).toEqual([])
  })

  it('of a transaction hold those of its statements', async () => {
    await using connection = await connected()
    await using telemetry = observe()
    const tracer = telemetry.provider.getTracer('test')
    await tracer.startActiveSpan('request', async (request) => {
      await connection.transaction(async (tx) => {
        await tx.query('select 1')
        await tracer.startActiveSpan('inner', async (inner) => {
          await tx.query('values (1)')
          inner.end()
        })
      })
      request.end()
    })
    const spans = telemetry.spans.getFinishedSpans()
    const [transaction] = named(spans, 'transaction postgres')
    const idOf = (name: string) => named(spans, name)[0]!.spanContext().spanId
    expect(parentIdOf(transaction!)).toBe(idOf('request'))
    for (const name of ['BEGIN postgres', 'SELECT postgres', 'COMMIT postgres', 'inner'])
      expect([name, parentIdOf(named(spans, name)[0]!)]).toEqual([
        name,
        name === 'inner' ? idOf('request') : transaction!.spanContext().spanId,
      ])
    expect(parentIdOf(named(spans, 'VALUES postgres')[0]!)).toBe(idOf('inner'))
  })

  it('belong to who asked, though many ask at once', async () => {
    await using connection = await connected()
    await using telemetry = observe()
    const tracer = telemetry.provider.getTracer('test')
    const asked = Array.from({ length: 20 }, (_, number) =>
      tracer.startActiveSpan(`caller ${number}`, async (span) => {
        await connection.query(`select ${number}`)
        span.end()
      }),
    )
    await Promise.all(asked)
    const spans = telemetry.spans.getFinishedSpans()
    const parents = new Set(named(spans, 'SELECT postgres').map(parentIdOf))
    expect(parents.size).toBe(20)
    expect(trace.getActiveSpan()).toBeUndefined()
  })
})

describe('the metrics', () => {
  it('count operations, with their failures', async () => {
    await using connection = await connected()
    await using telemetry = observe()
    await connection.query('select 1')
    await connection.query('select 1/0').catch(() => {})
    const points = (await telemetry.metrics()).get('db.client.operation.duration')!
    expect(points.map(({ attributes, value }) => ({ attributes, value }))).toMatchObject([
      { attributes: { 'db.operation.name': 'SELECT' }, value: { count: 1 } },
      { attributes: { 'db.operation.name': 'SELECT', 'error.type': '22012' }, value: { count: 1 } },
    ])
  })

  it('of a pool say how many connections it has, who waits, and how long', async () => {
    await using telemetry = observe()
    await using pool = new Pool({ connectionString: server.url, min: 1, max: 1, name: 'observed pool' })
    const timedOut = await pool.session(async () => {
      const waits = pool.session(() => {}, { timeoutMs: 1000 }).catch((error: unknown) => error)
      const points = await telemetry.metrics()
      expect(points.get('db.client.connection.count')).toMatchObject([
        { attributes: { 'db.client.connection.state': 'idle' }, value: 0 },
        { attributes: { 'db.client.connection.state': 'used' }, value: 1 },
      ])
      expect(points.get('db.client.connection.max')).toMatchObject([
        { attributes: { 'db.client.connection.pool.name': 'observed pool' }, value: 1 },
      ])
      expect(points.get('db.client.connection.pending_requests')).toMatchObject([{ value: 1 }])
      return waits
    })
    expect(timedOut).toMatchObject({ code: 'REQUEST_TIMEOUT' })
    await pool.query('select 1')
    const points = await telemetry.metrics()
    const count = { count: expect.any(Number) }
    expect(points.get('db.client.connection.timeouts')).toMatchObject([{ value: 1 }])
    expect(points.get('db.client.connection.wait_time')).toMatchObject([{ value: count }])
    expect(points.get('db.client.connection.use_time')).toMatchObject([{ value: count }])
    expect(points.get('db.client.connection.create_time')).toMatchObject([{ value: count }])
  })

  it('count lost sessions and attempts to have another', async () => {
    await using telemetry = observe()
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    world.proxy.cut()
    await world.told(world.connections[0]!, 'connected', 2)
    const points = await telemetry.metrics()
    expect(points.get('pg_supervisor.session.lost')).toMatchObject([{ value: 1 }])
    expect(points.get('pg_supervisor.session.reconnect_attempts')).toMatchObject([{ value: 1 }])
  })
})

describe('an instrumentation that has ended', () => {
  it('hears nothing more', async () => {
    await using connection = await connected()
    const telemetry = observe()
    await telemetry[Symbol.asyncDispose]()
    await connection.transaction((tx) => tx.query('select 1'))
    expect(telemetry.spans.getFinishedSpans()).toEqual([])
  })
})
