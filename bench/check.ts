// npm run bench:check: is the client dearer than it was? Compares with bench/baseline.json what does not hang on the machine
// or its load, and looks again, and again, at what seems to be dearer. `-- --accept` writes the baseline anew.
// Ends with 3 when something is beyond doubt.
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { figures } from './client-figures.ts'

const looks = 6
const dearer = 3
const file = new URL('baseline.json', import.meta.url)
const { values: options } = parseArgs({ options: { accept: { type: 'boolean', default: false } } })

async function accept(): Promise<void> {
  const baseline: Record<string, number> = {}
  for (const { name, measure } of figures) {
    const seen: number[] = []
    for (let look = 0; look < 3; look++) seen.push(await measure())
    const [, middle = Number.NaN] = seen.toSorted((a, b) => a - b)
    baseline[name] = Number(middle.toPrecision(4))
  }
  writeFileSync(file, `${JSON.stringify(baseline, undefined, 2)}\n`)
  console.log(baseline)
}

async function check(): Promise<void> {
  const baseline = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>
  for (const { name, tolerance, measure } of figures) {
    const known = baseline[name]
    if (known === undefined) throw new Error(`bench/baseline.json lacks "${name}"`)
    const limit = known * tolerance
    let best = Number.POSITIVE_INFINITY
    for (let look = 0; look < looks && best > limit; look++) best = Math.min(best, await measure())
    const isDearer = best > limit
    if (isDearer) process.exitCode = dearer
    console.log(
      `${isDearer ? 'DEARER' : 'fine'}: ${name}: ${best.toPrecision(3)}, was ${known.toPrecision(3)}, at most ${limit.toPrecision(3)}`,
    )
  }
}

await (options.accept ? accept() : check())
