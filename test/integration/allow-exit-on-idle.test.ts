import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

const program = fileURLToPath(new URL('../support/idle-process.ts', import.meta.url))

/** Starts a process with one connection. */
function start(doing: string, allowed: 'allowed' | 'not allowed') {
  const child = spawn(process.execPath, ['--import', 'tsx', program, doing, server.url, allowed])
  const printed = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => (printed[name] += chunk.toString()))
  }
  return { child, printed }
}

async function codeOf(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'close')) as [number | null]
  return code
}

describe.concurrent('a process whose connection is idle', () => {
  it.each([
    ['listens', 'done'],
    ['leaves a query in flight', 'done answered'],
    ['leaves a transaction open', 'done committed'],
    ['comes back after a while', 'done answered'],
    ['is ready again after a loss', 'lost ready done'],
  ])('ends by itself with allowExitOnIdle, when its work is done: %s', async (doing, said) => {
    const { child, printed } = start(doing, 'allowed')
    const code = await codeOf(child)
    const words = printed.stdout.trim().replaceAll('\n', ' ')
    expect({ code, words, stderr: printed.stderr }).toEqual({ code: 0, words: said, stderr: '' })
  })

  it('is kept alive by it otherwise', async () => {
    const { child, printed } = start('listens', 'not allowed')
    await eventually(() => printed.stdout === 'done\n', { what: 'it has nothing to do', timeoutMs: 20_000 })
    await sleep(700)
    expect(child.exitCode).toBeNull()
    child.kill('SIGKILL')
    await codeOf(child)
  })

  it('ends by itself after end()', async () => {
    const { child, printed } = start('ends', 'not allowed')
    expect(await codeOf(child)).toBe(0)
    expect(printed).toEqual({ stdout: 'done\n', stderr: '' })
  })
})
