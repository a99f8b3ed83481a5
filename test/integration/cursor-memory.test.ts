import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, expect, it } from 'vitest'
import { openConnection } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
const figures: string[] = []
afterAll(async () => {
  console.log(figures.join('\n'))
  await server.dispose()
})

const isThorough = Number(process.env['PG_SUPERVISOR_CHAOS_SEEDS']) > 1
const howMany = isThorough ? 1_000_000 : 100_000
const megabyte = 1_000_000

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** After everything that can go has gone: buffers belong to the heap's objects, and are no part of it. */
async function inUse(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    await turn()
    collect()
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

it(`${howMany} rows of 100 bytes pass through a cursor with at most 30 MB more in use`, {
  timeout: 240_000,
}, async () => {
  const connection = await openConnection(server)
  const text = `select n, repeat(chr(97 + n % 26), 100) as line from generate_series(1, ${howMany}) n`
  const before = await inUse()
  let seen = 0
  let most = before
  for await (const { n, line } of connection.cursor<{ n: number; line: string }>(text)) {
    if (n !== ++seen || line.length !== 100) throw new Error(`row ${seen} is another`)
    if (seen % (howMany / (isThorough ? 20 : 5)) === 0) most = Math.max(most, await inUse())
  }
  const more = (most - before) / megabyte
  figures.push(`${howMany} rows of 100 bytes: at most ${more.toFixed(1)} MB more in use`)
  expect(seen).toBe(howMany)
  expect(more).toBeLessThan(30)
})
