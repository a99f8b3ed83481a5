// A world that holds pools: each of their connections is watched like any other of the world, and they are ended first. What
// a pool did is a way of its chart.
import { onTestFinished } from 'vitest'
import { Pool, type PoolConfig } from '../../src/index.ts'
import { recordTrace, type Trace } from '../../src/machines.ts'
import { eventually } from './eventually.ts'
import { openProxy } from './tcp-proxy.ts'
import type { TestServer } from './test-server.ts'
import { countTaken, wayFaults } from './world/chart-ways.ts'
import { World, type WorldOptions } from './world.ts'

/** A pool's members are ended side by side, each as quickly as a connection. */
const endBoundMs = 6000

export class PoolWorld extends World {
  readonly #config: PoolConfig
  readonly #pools: Pool[] = []
  readonly #traces: Trace[] = []

  constructor(...[server, proxy, options]: ConstructorParameters<typeof World>) {
    super(server, proxy, options)
    this.#config = options.config ?? {}
  }

  /** A pool of connections of this world, not started. */
  pool(config: PoolConfig = {}): Pool {
    const pool = new Pool({
      connectionString: this.url,
      clock: this.clock,
      ...this.#config,
      connectionFactory: (each) => this.connection(each),
      ...config,
    })
    this.#pools.push(pool)
    this.#traces.push(recordTrace(pool))
    return pool
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    const faults: string[] = []
    for (const pool of this.#pools) {
      const ended = pool.end()
      await eventually(() => ended, { what: 'pool.end()', timeoutMs: endBoundMs }).catch((error: unknown) =>
        faults.push(String(error)),
      )
      const { size, busy, waiting } = pool.stats
      if (size + busy + waiting > 0) faults.push(`after end() the pool has ${JSON.stringify(pool.stats)}`)
    }
    for (const lines of this.#traces.map((trace) => trace.lines())) {
      countTaken(lines)
      faults.push(...wayFaults(lines))
    }
    await super[Symbol.asyncDispose]().catch((error: unknown) => faults.push(String(error)))
    if (faults.length > 0) throw new Error(faults.join('\n'))
  }
}

/** One that ends with the test. */
export async function poolWorld(server: TestServer, options: WorldOptions = {}): Promise<PoolWorld> {
  await server.sql('select 1')
  const proxy = options.proxy ? await openProxy(server) : undefined
  const world = new PoolWorld(server, proxy, { server, ...options })
  await world.open()
  onTestFinished(() => world[Symbol.asyncDispose]())
  return world
}
