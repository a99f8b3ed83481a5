// One connection in a world of its own that ends with the test, and asserts then what must always be true.
import { onTestFinished } from 'vitest'
import type { Connection, ConnectionConfig } from '../../src/index.ts'
import type { TestServer } from './test-server.ts'
import { openWorld, type World, type WorldOptions } from './world.ts'

/** A world that ends with the test. */
export async function worldOfTest(server: TestServer, options: WorldOptions = {}): Promise<World> {
  const world = await openWorld({ server, ...options })
  onTestFinished(() => world[Symbol.asyncDispose]())
  return world
}

/** A connected one. */
export async function openConnection(server: TestServer, config: ConnectionConfig = {}): Promise<Connection> {
  return (await worldOfTest(server)).connect(config)
}
