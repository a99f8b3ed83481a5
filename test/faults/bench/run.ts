// Runs every scenario on every client, and writes down what they did: npm run chaos -- faults --seeds 10 [--only S16]
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { startPostgres } from '../../../embedded/postgres.ts'
import { seedsToWalk } from '../../support/nemesis/seeds.ts'
import { TestServer } from '../../support/test-server.ts'
import { faultsPage, measuredFile, type Results, resultsOf } from '../page.ts'
import { scenarios } from '../scenarios.ts'
import { bundled } from './bundle.ts'
import { clientNames } from './clients.ts'
import { measured } from './measured.ts'
import { attempt, type Trial } from './trial.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string', default: '10' },
    peers: { type: 'string', default: '3' },
    only: { type: 'string' },
  },
})
const seeds = seedsToWalk({ PG_SUPERVISOR_CHAOS_SEED: values.seed, PG_SUPERVISOR_CHAOS_SEEDS: values.seeds })
const chosen = scenarios.filter(({ id }) => values.only === undefined || values.only.split(',').includes(id))

const own = await startPostgres()
const server = new TestServer(new URL(own.url), own)
await server.sql('create table faults_marker (marker text not null)')
const program = await bundled('test/faults/bench/client-process.ts')
const results: Results = { ...resultsOf(readFileSync(measuredFile, 'utf8')) }

for (const scenario of chosen) {
  const lack = scenario.lacks?.()
  if (lack !== undefined) {
    console.error(`LEFT OUT: while ${scenario.broken}: it ${lack}`)
    continue
  }
  const of: Results[string] = {}
  for (const client of clientNames) {
    const trials: Trial[] = []
    const count = client === 'pg-supervisor' ? seeds.length : Number(values.peers)
    for (const seed of seeds.slice(0, count)) {
      const trial = await oneOfThree(() => attempt(server, scenario, client, seed, program))
      if (trial === undefined) break
      if (trial.crashed) console.log(`${client} has ended: ${/^\w*Error.*/m.exec(trial.lastWords)?.[0]}`)
      trials.push(trial)
    }
    if (trials.length === 0) continue
    of[client] = measured(trials)
    console.log(`${scenario.id} ${scenario.broken}: ${client} ${JSON.stringify(of[client])}`)
  }
  results[scenario.broken] = of
  // At once, for this takes long.
  writeFileSync(measuredFile, `${JSON.stringify(results, undefined, 2)}\n`)
  writeFileSync('docs/faults.md', faultsPage(results))
}

// Also where nothing was run: the page tells of the catalogue besides.
writeFileSync('docs/faults.md', faultsPage(results))
await server.dispose()

/** On a busy machine a client may be too late for its own deadlines before anything was broken. */
async function oneOfThree(make: () => Promise<Trial>): Promise<Trial | undefined> {
  for (let left = 2; ; left--) {
    try {
      return await make()
    } catch (error) {
      if (left > 0) continue
      // Not every fault can be brought about on every client: postgres.js sends COMMIT by the name of a statement.
      console.error('LEFT OUT:', error)
      return undefined
    }
  }
}
