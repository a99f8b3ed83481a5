import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { catalogue, notShown } from '../faults/catalogue.ts'
import { faultsPage, measuredFile, resultsOf } from '../faults/page.ts'
import { scenarios } from '../faults/scenarios.ts'
import { titlesIn } from '../parity/proofs.ts'

/** What is wrong with the name of a test, in words. */
function complaints(test: string): string[] {
  const [path = '', ...words] = test.split(': ')
  const file = `test/${path}.test.ts`
  if (!existsSync(file)) return [`there is no ${file}`]
  const name = words.join(': ')
  const isThere = titlesIn(readFileSync(file, 'utf8')).some((title) => title.startsWith(name))
  return isThere ? [] : [`${file} has no test that begins with '${name}'`]
}

describe('the catalogue of faults', () => {
  it('has every number once', () => {
    const ids = [...catalogue, ...notShown].map(({ id }) => Number(id.slice(1)))
    // The others were found to be the same as one of these.
    const merged = [6, 8, 12, 18, 21, 25, 32, 44, 47, 48, 53, 57]
    const all = Array.from({ length: 60 }, (_, index) => index + 1)
    expect([...ids, ...merged].toSorted((a, b) => a - b)).toEqual(all)
  })

  it('names tests that are there, at least one for each', () => {
    expect(catalogue.flatMap(({ shownBy }) => shownBy.flatMap(complaints))).toEqual([])
    const own = new Set(scenarios.map(({ id }) => id))
    const bare = catalogue.filter(({ id, shownBy }) => shownBy.length === 0 && !own.has(id))
    expect(bare).toEqual([])
  })

  it('has every scenario under one of its numbers', () => {
    const ids = catalogue.map(({ id }) => id)
    expect(scenarios.filter(({ id }) => !ids.includes(id))).toEqual([])
    expect(new Set(scenarios.map(({ broken }) => broken)).size).toBe(scenarios.length)
  })

  it('is what docs/faults.md says; npm run chaos -- faults --only none writes it anew', () => {
    expect(readFileSync('docs/faults.md', 'utf8')).toBe(
      faultsPage(resultsOf(readFileSync(measuredFile, 'utf8'))),
    )
  })

  it('misses a test that is not there', () => {
    expect(complaints('chaos/idle-loss: is eaten by mice')).toEqual([
      "test/chaos/idle-loss.test.ts has no test that begins with 'is eaten by mice'",
    ])
    expect(complaints('chaos/mice: eat')).toEqual(['there is no test/chaos/mice.test.ts'])
  })
})
