import { execFileSync } from 'node:child_process'
import type { Socket } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import type { ConnectionConfig } from '../../src/index.ts'
import { openConnection } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

/** What the kernel says of our sockets: `ss` of iproute2. */
function socketTimers(): string | undefined {
  try {
    return execFileSync('ss', ['-t', '-n', '-o'], { encoding: 'utf8' })
  } catch {
    return undefined
  }
}

/** Seconds until the kernel asks whether the other side is there; undefined when it never does. */
async function keepAliveOf(config: ConnectionConfig): Promise<number | undefined> {
  const connection = await openConnection(server, { monitors: [], ...config })
  await connection.query('select 1')
  const { stream } = (connection.unsafeClient as unknown as { connection: { stream: Socket } }).connection
  const line = socketTimers()
    ?.split('\n')
    .find((each) => new RegExp(`:${stream.localPort}\\s+\\S+:${stream.remotePort}\\s`).test(each))
  expect(line).toBeDefined()
  const [, minutes = '0', seconds] =
    /timer:\(keepalive,(?:(\d+)min)?([\d.]+)?(?:sec|ms)?/.exec(line ?? '') ?? []
  const found = /timer:\(keepalive/.test(line ?? '')
  return found ? Number(minutes) * 60 + Number(seconds ?? 0) : undefined
}

describe.skipIf(socketTimers() === undefined)("TCP's keepalive", () => {
  it('is on, and asks after ten seconds of silence', async () => {
    const seconds = await keepAliveOf({})
    expect(seconds).toBeGreaterThan(0)
    expect(seconds).toBeLessThanOrEqual(10)
  })

  it('asks when it is told to', async () => {
    const seconds = await keepAliveOf({ keepAliveInitialDelayMillis: 50_000 })
    expect(seconds).toBeGreaterThan(30)
    expect(seconds).toBeLessThanOrEqual(50)
  })

  it('is off where nobody wants it', async () => {
    expect(await keepAliveOf({ keepAlive: false })).toBeUndefined()
  })
})
