import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parityPage } from '../parity/page.ts'
import { complaintsAbout, proofsIn, proofsOfSuite } from '../parity/proofs.ts'

describe('the parity with txpostgres', () => {
  it('is proved by a test for each behaviour and each point', () => {
    expect(complaintsAbout(proofsOfSuite())).toEqual([])
  })

  it('is what docs/txpostgres-parity.md says; npm run parity writes it anew', () => {
    expect(readFileSync('docs/txpostgres-parity.md', 'utf8')).toBe(parityPage(proofsOfSuite()))
  })
})

describe('the reader of test names', () => {
  it('finds numbers and points in names of every form', () => {
    const source = [
      `it('cancels (txpostgres 8, 42, point 18)', () => {})`,
      `it.each([1, 2])(\n  "is the server's %s (txpostgres point 5)",\n  () => {})`,
      `it('behaviour 34: has min connections', () => {})`,
      `it('behaviours 35 and 36: waits', () => {})`,
      `it('proves nothing', () => {})`,
    ].join('\n')
    expect(proofsIn('a.test.ts', source)).toEqual([
      { file: 'a.test.ts', name: 'cancels', behaviours: [8, 42], points: [18] },
      { file: 'a.test.ts', name: "is the server's %s", behaviours: [], points: [5] },
      { file: 'a.test.ts', name: 'behaviour 34: has min connections', behaviours: [34], points: [] },
      { file: 'a.test.ts', name: 'behaviours 35 and 36: waits', behaviours: [35, 36], points: [] },
    ])
    expect(() => proofsIn('a.test.ts', `it('x (txpostgres many)', f)`)).toThrow(
      "'x (txpostgres many)' names many",
    )
  })

  it('misses what is not proved, and notices what is not there to be proved', () => {
    const all = complaintsAbout([])
    expect(all).toHaveLength(73 + 21)
    const proof = { file: 'a.test.ts', name: 'x', behaviours: [1, 4, 77], points: [22] }
    const told = complaintsAbout([proof])
    expect(told).not.toContain(all[0])
    expect(told).toContain(
      'behaviour 1 is nothing to port: an abstract `pollable()` raises NotImplementedError',
    )
    expect(told).toContain("a.test.ts: 'x' proves 77, 22, which is nothing")
  })
})
