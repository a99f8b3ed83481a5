// The metrics of the semantic conventions: of operations (stable) and of connection pools (experimental), and two of our own
// for what they have no name for.
import type { Meter } from '@opentelemetry/api'
import {
  acquireChannel,
  connectChannel,
  type NoticeMessage,
  noticeChannel,
  type PoolReadings,
  queryChannel,
  type ReleaseMessage,
  releaseChannel,
} from '../telemetry/channels.ts'
import { ofError, ofPool, ofQuery } from './attributes.ts'
import type { Subscriptions } from './subscriptions.ts'

const seconds = {
  unit: 's',
  advice: { explicitBucketBoundaries: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10] },
}

export function startMetrics(meter: Meter, subscriptions: Subscriptions): void {
  const began = new WeakMap<object, number>()
  const start = (message: object): void => {
    began.set(message, performance.now())
  }
  const lasted = (message: object): number =>
    (performance.now() - (began.get(message) ?? performance.now())) / 1000

  const operation = meter.createHistogram('db.client.operation.duration', seconds)
  subscriptions.trace(queryChannel, {
    start,
    asyncEnd: (message) => {
      const failed = message.error === undefined ? {} : ofError(message.error)
      operation.record(lasted(message), { ...ofQuery(message), ...failed })
    },
  })

  const create = meter.createHistogram('db.client.connection.create_time', seconds)
  subscriptions.trace(connectChannel, {
    start,
    asyncEnd: (message) => {
      const { host, port, error } = message
      const failed = error === undefined ? {} : ofError(error)
      create.record(lasted(message), { 'server.address': host, 'server.port': port, ...failed })
    },
  })
  measurePools(meter, subscriptions, start, lasted)
  countLosses(meter, subscriptions)
}

function measurePools(
  meter: Meter,
  subscriptions: Subscriptions,
  start: (message: object) => void,
  lasted: (message: object) => number,
): void {
  const pools = new KnownPools()
  const wait = meter.createHistogram('db.client.connection.wait_time', seconds)
  const use = meter.createHistogram('db.client.connection.use_time', seconds)
  const timeouts = meter.createCounter('db.client.connection.timeouts', { unit: '{timeout}' })
  subscriptions.trace(acquireChannel, {
    start: (message) => {
      start(message)
      pools.add(message.pool)
    },
    // One that was at hand was waited for until here, and there is no other end.
    end: (message) => {
      if (message.result !== undefined) wait.record(lasted(message), ofPool(message.pool))
    },
    asyncEnd: (message) => {
      if (message.error === undefined) wait.record(lasted(message), ofPool(message.pool))
      else if ((message.error as { code?: unknown }).code === 'REQUEST_TIMEOUT')
        timeouts.add(1, ofPool(message.pool))
    },
  })
  subscriptions.hear(releaseChannel, (message) => {
    const { pool, usedMs } = message as ReleaseMessage
    use.record(usedMs / 1000, ofPool(pool))
  })

  const count = meter.createObservableUpDownCounter('db.client.connection.count', { unit: '{connection}' })
  const max = meter.createObservableUpDownCounter('db.client.connection.max', { unit: '{connection}' })
  const pending = meter.createObservableUpDownCounter('db.client.connection.pending_requests', {
    unit: '{request}',
  })
  const observe: Parameters<Meter['addBatchObservableCallback']>[0] = (result) => {
    for (const pool of pools) {
      const { idle, busy, waiting } = pool.stats
      const attributes = ofPool(pool)
      result.observe(count, idle, { ...attributes, 'db.client.connection.state': 'idle' })
      result.observe(count, busy, { ...attributes, 'db.client.connection.state': 'used' })
      result.observe(max, pool.max, attributes)
      result.observe(pending, waiting, attributes)
    }
  }
  meter.addBatchObservableCallback(observe, [count, max, pending])
  subscriptions.onEnd(() => meter.removeBatchObservableCallback(observe, [count, max, pending]))
}

function countLosses(meter: Meter, subscriptions: Subscriptions): void {
  const lost = meter.createCounter('pg_supervisor.session.lost', { unit: '{session}' })
  const attempts = meter.createCounter('pg_supervisor.session.reconnect_attempts', { unit: '{attempt}' })
  subscriptions.hear(noticeChannel, (message) => {
    const { connection, notice } = message as NoticeMessage
    const ofConnection = { 'pg_supervisor.connection': connection }
    if (notice.type === 'lost') {
      const { failure } = notice as unknown as { failure: { kind: string; code?: string } }
      lost.add(1, { ...ofConnection, 'error.type': failure.code ?? failure.kind })
    } else if (notice.type === 'reconnecting') attempts.add(1, ofConnection)
  })
}

/** Every pool that was asked for a connection, for as long as somebody else holds it. */
class KnownPools {
  readonly #known = new Set<WeakRef<PoolReadings>>()
  readonly #seen = new WeakSet<PoolReadings>()

  add(pool: PoolReadings): void {
    if (this.#seen.has(pool)) return
    this.#seen.add(pool)
    this.#known.add(new WeakRef(pool))
  }

  *[Symbol.iterator](): IterableIterator<PoolReadings> {
    for (const known of this.#known) {
      const pool = known.deref()
      if (pool === undefined) this.#known.delete(known)
      else yield pool
    }
  }
}
