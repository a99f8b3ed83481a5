import { readdirSync, readFileSync } from 'node:fs'
import { behaviours, points } from './behaviours.ts'

/** A test that says of itself which behaviours and points it proves. */
export interface Proof {
  readonly file: string
  readonly name: string
  readonly behaviours: readonly number[]
  readonly points: readonly number[]
}

/** `it('name (txpostgres 4, 5, point 9)'` or `it('behaviour 34: name'`, also behind `.each(…)` and with a line break. */
const title = /\(\s*(['"`])((?:(?!\1).)*)\1,/g
const mark = /\(txpostgres ([^)]*)\)/
const behaviour = /^behaviours? ([\d, ]+(?:and \d+)?):/

/** Of everything that looks like a test or a group of them. */
export const titlesIn = (source: string): string[] =>
  [...source.matchAll(title)].map(([, , name = '']) => name)

export function proofsIn(file: string, source: string): Proof[] {
  return titlesIn(source).flatMap((name) => {
    const marked = mark.exec(name)?.[1] ?? ''
    const parts = marked.split(',').map((part) => part.trim())
    const wrong = parts.filter((part) => marked !== '' && !/^(point )?\d+$/.test(part))
    if (wrong.length > 0) throw new Error(`${file}: '${name}' names ${wrong.join(', ')}`)
    const proof = {
      file,
      name: name.replace(mark, '').trim(),
      behaviours: [...parts.filter((part) => /^\d+$/.test(part)), ...numbersBefore(name)].map(Number),
      points: parts.flatMap((part) => /^point (\d+)$/.exec(part)?.[1] ?? []).map(Number),
    }
    return proof.behaviours.length + proof.points.length > 0 ? [proof] : []
  })
}

const numbersBefore = (name: string): string[] => behaviour.exec(name)?.[1]?.match(/\d+/g) ?? []

/** Of the whole suite, in the order of its files. */
export function proofsOfSuite(): Proof[] {
  return readdirSync('test', { recursive: true, encoding: 'utf8' })
    .map((path) => `test/${path.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.test.ts') && path !== 'test/docs/parity.test.ts')
    .sort()
    .flatMap((file) => proofsIn(file, readFileSync(file, 'utf8')))
}

/** What nobody proves, and what is proved and not there to be proved; in words. */
export function complaintsAbout(proofs: readonly Proof[]): string[] {
  const complaints: string[] = []
  const isThere = (kind: 'behaviours' | 'points', number: number) =>
    proofs.some((proof) => proof[kind].includes(number))
  behaviours.forEach(([port, fact], index) => {
    const isProved = isThere('behaviours', index + 1)
    if (port !== 'N' && !isProved) complaints.push(`behaviour ${index + 1} has no test: ${fact}`)
    if (port === 'N' && isProved) complaints.push(`behaviour ${index + 1} is nothing to port: ${fact}`)
  })
  points.forEach((fact, index) => {
    if (!isThere('points', index + 1)) complaints.push(`point ${index + 1} has no test: ${fact}`)
  })
  for (const { file, name, ...numbers } of proofs) {
    const tooMuch = [
      ...numbers.behaviours.filter((number) => number < 1 || number > behaviours.length),
      ...numbers.points.filter((number) => number < 1 || number > points.length),
    ]
    if (tooMuch.length > 0)
      complaints.push(`${file}: '${name}' proves ${tooMuch.join(', ')}, which is nothing`)
  }
  return complaints
}
