import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importsOf, violationsOf } from './support/floors.ts'

const rooms = ['src', 'test', 'embedded', 'bench', 'demo', 'examples', 'visualizations']

function sourcesOf(folder: string): Map<string, string> {
  const paths = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : []
  const ours = paths.filter((path) => /\.tsx?$/.test(path) && !path.includes('node_modules'))
  const files = ours.map((path) => path.replaceAll('\\', '/'))
  return new Map(files.map((path) => [path, readFileSync(join(folder, path), 'utf8')]))
}

describe('the house', () => {
  it('has its rooms on their floors, its packages in their rooms, and no circles', () => {
    const files = sourcesOf('src')
    expect(files.size).toBeGreaterThan(0)
    expect(violationsOf(files)).toEqual([])
  })

  it.each(rooms)('has no file of more than 300 lines in %s', (folder) => {
    const long = [...sourcesOf(folder)].filter(([, source]) => source.split('\n').length > 301)
    expect(long.map(([path]) => path)).toEqual([])
  })
})

describe('the rules of the house', () => {
  const judge = (files: Record<string, string>) => violationsOf(new Map(Object.entries(files)))

  it('allow imports of lower floors, of the own room and of the packages of a room', () => {
    const files = {
      'index.ts': `export { connect } from './api/connect.ts'\nexport type { Failure } from './errors/failure.ts'`,
      'api/connect.ts': [
        `import { readFile } from 'node:fs/promises'`,
        `import type { ClientConfig } from 'pg'`,
        `import { createActor } from 'xstate'`,
        `import type {\n  Failure,\n} from '../errors/failure.ts'`,
        `import { Ledger } from './ledger.ts'`,
      ].join('\n'),
      'api/ledger.ts': '',
      'drivers/pg.driver.ts': `import pg from 'pg'\nimport { delay } from '../backoff/delay.ts'`,
      'backoff/delay.ts': '',
      'errors/failure.ts': '/**\n * import { Connection } from "../api/connect.ts"\n */',
    }
    expect(judge(files)).toEqual([])
  })

  it.each<[string, Record<string, string>, string]>([
    [
      'a look upwards',
      { 'backoff/a.ts': `import { b } from '../machines/b.ts'` },
      'backoff/a.ts imports ../machines/b.ts: not a lower floor',
    ],
    [
      'a type from upwards',
      { 'errors/a.ts': `import type {\n  B,\n} from '../api/b.ts'` },
      'errors/a.ts imports ../api/b.ts: not a lower floor',
    ],
    [
      'a look sideways',
      { 'detectors/a.ts': `import { b } from '../drivers/b.ts'` },
      'detectors/a.ts imports ../drivers/b.ts: not a lower floor',
    ],
    [
      'a way in by the own front door',
      { 'api/a.ts': `import { b } from '../index.ts'` },
      'api/a.ts imports ../index.ts: not a lower floor',
    ],
    [
      'pg outside the drivers',
      { 'api/a.ts': `import pg from 'pg'` },
      'api/a.ts imports pg: not in this room',
    ],
    [
      'pg brought in with a type modifier on the name only, which runs its module',
      { 'api/a.ts': `import { type Client } from 'pg'` },
      'api/a.ts imports pg: not in this room',
    ],
    ['pg by a side effect', { 'machines/a.ts': `import 'pg'` }, 'machines/a.ts imports pg: not in this room'],
    [
      'pg on demand',
      { 'api/a.ts': `const load = () => import('pg')` },
      'api/a.ts imports pg: not in this room',
    ],
    [
      'xstate in the judges',
      { 'detectors/a.ts': `import { assign } from 'xstate'` },
      'detectors/a.ts imports xstate: not in this room',
    ],
    [
      'a package of no dependency',
      { 'drivers/a.ts': `import { a } from 'lodash'` },
      'drivers/a.ts imports lodash: no such dependency',
    ],
    [
      'the demo in the source',
      { 'api/a.ts': `import { b } from '../../demo/b.ts'` },
      'api/a.ts imports ../../demo/b.ts: outside src',
    ],
    ['a barrel', { 'errors/index.ts': '' }, 'errors/index.ts is a barrel file'],
    [
      'a re-export inside',
      { 'api/a.ts': `export * from './b.ts'` },
      'api/a.ts imports ./b.ts: re-exports belong to the doors of the package',
    ],
    ['a room nobody planned', { 'utils/a.ts': '' }, 'utils/a.ts is in no room of the house'],
    ['a file on the doorstep', { 'a.ts': '' }, 'a.ts is in no room of the house'],
    [
      'a circle',
      {
        'errors/a.ts': `import { b } from './b.ts'`,
        'errors/b.ts': `import type { C } from './c.ts'`,
        'errors/c.ts': `import * as b from './b.ts'`,
      },
      'circle: errors/b.ts → errors/c.ts → errors/b.ts',
    ],
  ])('forbid %s', (_, files, complaint) => {
    expect(judge(files)).toEqual([complaint])
  })

  it('see every form of import and no example in a comment', () => {
    const source = [
      `import a from 'a'`,
      `import b, { c } from 'b'`,
      `import * as d from 'd'`,
      `import type { E } from 'e'`,
      `export { f } from 'f'`,
      `import 'g'`,
      `const h = await import('h')`,
      `// import i from 'i'`,
      ` * import j from 'j'`,
      ` * const k = await import('k')`,
      `export function read(rows) {\n  // taken from 'l'\n}`,
    ].join('\n')
    expect(importsOf(source).map(({ specifier }) => specifier)).toEqual(['a', 'b', 'd', 'e', 'f', 'g', 'h'])
  })
})
