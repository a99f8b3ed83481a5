// A storm is made by many: each process here may make two attempts a second at a host that is down, five of them at once.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { bundled } from '../faults/bench/bundle.ts'
import { errorResponse } from '../support/backend-messages.ts'
import { eventually } from '../support/eventually.ts'
import { fakeServer } from '../support/fake-server.ts'
import { openProxy } from '../support/tcp-proxy.ts'
import { testServer } from '../support/test-server.ts'

const isThorough = process.env['PG_SUPERVISOR_CHAOS_SEEDS'] !== '1'
const processes = isThorough ? 50 : 6
const poolSize = isThorough ? 20 : 8
const windowMs = 5000
/** And one for the way between two processes, which a busy machine may stretch by a second. */
const mostInWindow = 10 + 1

const server = await testServer()
const program = await bundled('test/support/storm-process.ts')
const children: ChildProcess[] = []
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await server.dispose()
})

function start(url: string, size: number): ChildProcess {
  const child = fork(program, [url, String(size)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  children.push(child)
  return child
}

/** Most of these moments within any window of time. */
function mostWithin(moments: readonly number[]): number {
  const sorted = moments.toSorted((a, b) => a - b)
  return Math.max(
    0,
    ...sorted.map((from) => sorted.filter((at) => at >= from && at < from + windowMs).length),
  )
}

describe('many processes with a schedule that knows no delay', () => {
  it('each make at most two attempts a second, with a burst of five, at a server that turns everybody away', async () => {
    const attempts = new Map<string, number[]>()
    const startingUp = errorResponse('FATAL', 'FATAL', '57P03', 'the database system is starting up')
    await using crowded = await fakeServer((socket, chunk) => {
      const who = /application_name\0([^\0]*)/.exec(chunk.toString('latin1'))?.[1] ?? ''
      attempts.set(who, [...(attempts.get(who) ?? []), performance.now()])
      socket.end(startingUp)
    })
    const at = `postgres://nobody@${crowded.host}:${crowded.port}/none?application_name=storm_`
    const all = Array.from({ length: processes }, (_, index) => start(at + String(index), 1))
    await eventually(() => attempts.size === processes, { what: 'everybody has tried', timeoutMs: 60_000 })
    await sleep(isThorough ? 12_000 : 2500)
    for (const child of all) child.kill('SIGKILL')
    expect(Math.max(...[...attempts.values()].map(mostWithin))).toBeLessThanOrEqual(mostInWindow)
  }, 120_000)
})

describe('five processes with a pool each, whose server is restarted', () => {
  it('each make at most two attempts a second while it is down, and all come back', async (context) => {
    server.mustBeStoppable(context)
    // Five pools, and those who end while others come.
    await server.stop('fast')
    await server.start({ max_connections: 5 * poolSize + 50 })
    const cables = await Promise.all(Array.from({ length: 5 }, () => openProxy(server)))
    const pools = cables.map((cable) => start(cable.urlOf(server.url), poolSize))
    await Promise.all(pools.map((child) => once(child, 'message')))
    await server.stop('fast')
    const downAt = performance.now()
    await sleep(isThorough ? 12_000 : 2000)
    const upAt = performance.now()
    await server.start({ max_connections: 5 * poolSize + 50 })
    const isBack = async () => (await server.backends()).length === 5 * poolSize
    await eventually(isBack, { what: 'everybody is back', timeoutMs: 60_000 })
    for (const { attempts } of cables) {
      const whileDown = attempts.filter((at) => at > downAt && at < upAt)
      expect(whileDown.length).toBeGreaterThan(0)
      expect(mostWithin(whileDown)).toBeLessThanOrEqual(mostInWindow)
    }
    for (const child of pools) child.kill('SIGKILL')
    for (const cable of cables) cable.close()
  }, 120_000)
})
