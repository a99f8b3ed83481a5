import { setTimeout as sleep } from 'node:timers/promises'
import { outcomeOf, Pool } from '../../../src/index.ts'
import type { TestServer } from '../../support/test-server.ts'

export interface Load {
  readonly perSecond: number
  readonly said: Readonly<Record<'applied' | 'notApplied' | 'unknown', number>>
  /** Told otherwise than is stored. */
  readonly wrong: number
  readonly pending: number
  /** Milliseconds from each blow to the first success of something asked for after it. */
  readonly recoveries: readonly number[]
}

/** Twenty callers on ten connections; every tenth operation writes, so that what was said can be compared with what is stored. */
export async function underLoad(server: TestServer, operations: number, isStruck: boolean): Promise<Load> {
  await server.sql('truncate faults_marker')
  const pool = await new Pool({
    connectionString: server.url,
    application_name: 'load',
    min: 10,
    max: 10,
    whileDown: { waitMs: 10_000 },
  }).start()
  const said = { applied: 0, notApplied: 0, unknown: 0 }
  const markers = { applied: [] as string[], notApplied: [] as string[] }
  const recoveries: number[] = []
  let asked = 0
  let settled = 0
  let struckAt: number | undefined
  const over = new AbortController()

  async function ask(): Promise<void> {
    const marker = `${++asked}`
    const askedAt = performance.now()
    const writes = asked % 10 === 0
    const done = writes
      ? pool.query('insert into faults_marker (marker) values ($1)', [marker])
      : pool.query('select 1')
    const outcome = await done.then(() => 'applied' as const, outcomeOf)
    settled++
    said[outcome]++
    if (writes && outcome !== 'unknown') markers[outcome].push(marker)
    if (outcome !== 'applied' || struckAt === undefined || askedAt < struckAt) return
    recoveries.push(performance.now() - struckAt)
    struckAt = undefined
  }

  async function strike(): Promise<void> {
    while (!over.signal.aborted) {
      await sleep(1000, undefined, { signal: over.signal }).catch(() => {})
      if (over.signal.aborted) return
      await server.sql('select pg_terminate_backend(pid) from unnest($1::int[]) as pid', [
        await server.backends('load'),
      ])
      struckAt = performance.now()
    }
  }

  const began = performance.now()
  const striking = isStruck ? strike() : undefined
  const callers = Array.from({ length: 20 }, async () => {
    while (asked < operations) await ask()
  })
  await Promise.race([Promise.all(callers), sleep(3_600_000, undefined, { ref: false })])
  const seconds = (performance.now() - began) / 1000
  over.abort()
  await striking
  await pool.end()
  const rows = await server.sql<{ marker: string }>('select marker from faults_marker')
  const stored = new Set(rows.map(({ marker }) => marker))
  const wrong =
    markers.applied.filter((marker) => !stored.has(marker)).length +
    markers.notApplied.filter((marker) => stored.has(marker)).length
  return { perSecond: asked / seconds, said, wrong, pending: asked - settled, recoveries }
}
