import { behaviours, points } from './behaviours.ts'
import type { Proof } from './proofs.ts'

const head = `# What txpostgres does, and where it is tested here

Generated from the names of the tests by \`npm run parity\`; a stale page fails a test, and so does a behaviour without one.

The test suite of [txpostgres](https://github.com/wulczer/txpostgres) 1.7 asserts 76 behaviours. P: here as it is there.
A: the idea is here, by another mechanism. N: nothing to port, for it is about Twisted or psycopg2. How to move from there
to here is in [from-txpostgres.md](from-txpostgres.md).
`

export function parityPage(proofs: readonly Proof[]): string {
  const rows = behaviours.map(([port, fact], index) => {
    const tests = port === 'N' ? '' : listOf(proofs.filter((proof) => proof.behaviours.includes(index + 1)))
    return `| ${index + 1} | ${port} | ${fact} | ${tests} |`
  })
  const pointRows = points.map((fact, index) => {
    return `| ${index + 1} | ${fact} | ${listOf(proofs.filter((proof) => proof.points.includes(index + 1)))} |`
  })
  return [
    head,
    '## The 76 behaviours',
    '',
    '| | | behaviour | tests |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    '## 21 points',
    '',
    'Nine that a port forgets easily, and twelve that had to become better than there.',
    '',
    '| | point | tests |',
    '| --- | --- | --- |',
    ...pointRows,
    '',
  ].join('\n')
}

const listOf = (proofs: readonly Proof[]): string =>
  proofs
    .map(({ file, name }) => `${inTable(withoutNumber(name))} ([${shortOf(file)}](../${file}))`)
    .join('<br>')

/** `behaviour 34:` says the number once more. */
const withoutNumber = (name: string): string => name.replace(/^behaviours? [^:]*: /, '')

const shortOf = (file: string): string => file.replace(/^test\//, '').replace(/\.test\.ts$/, '')

const inTable = (name: string): string =>
  name.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll("\\'", "'")
