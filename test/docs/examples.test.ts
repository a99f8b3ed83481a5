import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { complaintsAbout } from '../support/check-examples.ts'
import {
  bareExamplesInSource,
  examplesInMarkdown,
  examplesInSource,
  mainExample,
} from '../support/doc-examples.ts'

const filesIn = (folder: string, ending: string) =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith(ending))
        .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
    : []

const read = (file: string) => readFileSync(file, 'utf8')
const pages = ['README.md', 'AGENTS.md', 'CHANGELOG.md'].filter((page) => existsSync(page))
const sources = filesIn('src', '.ts')
const examples = [
  ...[...pages, ...filesIn('docs', '.md')].flatMap((file) => examplesInMarkdown(file, read(file))),
  ...sources.flatMap((file) => examplesInSource(file, read(file))),
]

/** Examples nobody wrote, each as a page of its own: they go through the compiler together with the real ones. */
const invented = {
  mistake: 'const works: number = 1\nconst fails: number = await connection.ready()',
  unknownOption: `import { Connection } from 'pg-supervisor'\nnew Connection({ reconect: false })`,
  bare: `try {\n  await connection.query('select 1')\n} catch (error) {\n  if (!isRetrySafe(error)) throw error\n}`,
  importing: `import { Connection } from 'pg-supervisor'\nexport const it: Connection = connection`,
}
const inventedExamples = Object.entries(invented).map(([name, code]) => ({
  file: `${name}.md`,
  line: 10,
  code,
}))

let complaints: string[] = []
beforeAll(async () => {
  complaints = await complaintsAbout([...examples, ...inventedExamples])
}, 120_000)

describe('the examples of the documentation', () => {
  const named = examples.map((example) => [`${example.file}:${example.line}`, example] as const)
  it.each(named)('%s compiles', (_, { file, line, code }) => {
    const lastLine = line + code.split('\n').length - 1
    const isInside = (complaint: string) => {
      const [, place, at] = /^(.*?):(\d+) /.exec(complaint) ?? []
      return place === file && Number(at) >= line - 1 && Number(at) <= lastLine
    }
    expect(complaints.filter(isInside)).toEqual([])
  })

  it('compile together with everything they import', () => {
    const isInvented = (complaint: string) => inventedExamples.some(({ file }) => complaint.startsWith(file))
    expect(examples.length).toBeGreaterThan(0)
    expect(complaints.filter((complaint) => !isInvented(complaint))).toEqual([])
  })

  it('are there for each @example of the sources', () => {
    expect(sources.flatMap((file) => bareExamplesInSource(file, read(file)))).toEqual([])
  })
})

describe('the check of examples', () => {
  const about = (name: keyof typeof invented) =>
    complaints.filter((complaint) => complaint.startsWith(`${name}.md:`))

  it('finds the line of a mistake', () => {
    expect(about('mistake')).toEqual([expect.stringMatching(/^mistake\.md:11 TS2322: /)])
  })

  it('finds an option that does not exist', () => {
    expect(about('unknownOption')).toEqual([expect.stringMatching(/^unknownOption\.md:11 TS\d+: .*reconect/)])
  })

  it('lends an example without imports the package and a connection', () => {
    expect(about('bare')).toEqual([])
  })

  it('lends nothing to an example that imports by itself', () => {
    expect(about('importing')).toEqual([
      expect.stringMatching(/^importing\.md:11 TS2552: Cannot find name 'connection'/),
    ])
  })

  it('reads blocks out of Markdown and out of comments, with their lines', () => {
    const page = 'one\n\n```ts\na\n  b\n```\n```sh\nc\n```\n- four\n  ```ts\n  d\n  ```\n'
    expect(examplesInMarkdown('page.md', page)).toEqual([
      { file: 'page.md', line: 4, code: 'a\n  b' },
      { file: 'page.md', line: 12, code: 'd' },
    ])
    const source = 'x\n/**\n * Why.\n * @example\n * ```ts\n * a\n *   b\n * ```\n */\n// ```ts\n'
    expect(examplesInSource('a.ts', source)).toEqual([{ file: 'a.ts', line: 6, code: 'a\n  b' }])
  })

  it('sees an @example that holds no block', () => {
    const source =
      '/**\n * @example\n * ```ts\n * a\n * ```\n */\n\n/**\n * @example connect()\n * @throws never\n */'
    expect(bareExamplesInSource('a.ts', source)).toEqual(['a.ts:8'])
  })

  it('knows the main example by its mark', () => {
    const page = '```ts\na\n```\n<!-- example: main -->\n## Go\n```ts\nb\n```\n'
    expect(mainExample('README.md', page)).toMatchObject({ line: 7, code: 'b' })
    expect(() => mainExample('README.md', '```ts\na\n```')).toThrow('README.md marks no main example')
  })
})
