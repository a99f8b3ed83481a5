import { readdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { publint } from 'publint'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Postgres, startPostgres } from '../../embedded/postgres.ts'
import { mainExample } from '../support/doc-examples.ts'
import {
  compileExample,
  contentsOf,
  installInEmptyProject,
  pack,
  readTarball,
} from '../support/packed-package.ts'
import { runNode } from '../support/run.ts'

let packed: Awaited<ReturnType<typeof pack>>
beforeAll(async () => {
  packed = await pack()
}, 60_000)
afterAll(() => packed[Symbol.asyncDispose]())

/** Bundled: the page, and what serves it. */
const inspector = ['THIRD-PARTY.txt', 'inspect.d.ts', 'inspect.js', 'page.html']

describe('the package', { timeout: 60_000 }, () => {
  it('holds the compiled sources and what a reader wants, and nothing else', async () => {
    const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
    const modules = sources.filter((path) => path.endsWith('.ts')).map((path) => `dist/${path.slice(0, -3)}`)
    expect(await contentsOf(packed.tarball)).toEqual(
      [
        ...modules.flatMap((path) => [`${path}.js`, `${path}.d.ts`]),
        ...inspector.map((name) => `dist/inspect/${name}`),
        ...['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'],
      ].toSorted(),
    )
  })

  it('bundles what the inspector needs of others, with their licences, in a page of at most 150 kB', async () => {
    expect(readFileSync('dist/inspect/page.html').length).toBeLessThan(150_000)
    const notices = readFileSync('dist/inspect/THIRD-PARTY.txt', 'utf8')
    for (const name of ['@xstate/inspect', 'xstate', 'preact', '@preact/signals', 'fast-safe-stringify'])
      expect(notices).toContain(`\n${name} `)
    expect(notices.match(/Permission is hereby granted/g)?.length).toBeGreaterThan(5)
    const script = readFileSync('dist/inspect/inspect.js', 'utf8')
    const imported = [...script.matchAll(/^import .* from "([^"]+)"/gm)].map(([, from]) => from!)
    expect(imported.filter((from) => !from.startsWith('node:') && !from.startsWith('../'))).toEqual([])
    expect(script).not.toMatch(/\brequire\("(?!node:)/)
  })

  it('gives publint nothing to say', async () => {
    const { messages } = await publint({ pack: { tarball: await readTarball(packed.tarball) }, strict: true })
    expect(messages).toEqual([])
  })

  it('has types that every kind of ES module import resolves', async () => {
    const attw = 'node_modules/@arethetypeswrong/cli/dist/index.js'
    const { code, stdout } = await runNode(attw, [packed.tarball, '--profile', 'esm-only', '--no-color'])
    expect(code, stdout).toBe(0)
  })

  it('runs nothing at installation', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'))
    expect(Object.keys(scripts).filter((name) => /^(pre|post)?(install|prepare)$/.test(name))).toEqual([])
  })
})

describe('the main example of the README, in an empty project', { timeout: 60_000 }, () => {
  const { peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
  const oldestPg = peerDependencies.pg.replace('^', '')
  let server: Postgres | undefined
  let project = ''

  beforeAll(async () => {
    server = await startPostgres()
    project = await installInEmptyProject(packed.tarball, `pg@${oldestPg}`)
    await compileExample(project, mainExample('README.md', readFileSync('README.md', 'utf8')))
  }, 180_000)

  afterAll(async () => {
    await server?.dispose()
    if (project) await rm(project, { recursive: true, force: true })
  })

  const runExample = (file: string) =>
    runNode(file, [], {
      cwd: project,
      env: {
        DATABASE_URL: server!.url,
        PGHOST: server!.host,
        PGPORT: String(server!.port),
        PGUSER: server!.user,
        PGPASSWORD: server!.password,
        PGDATABASE: server!.database,
      },
    })

  it.each(['example.mjs', 'example.cjs'])('runs as %s with the oldest pg we allow', async (file) => {
    const { code, stdout, stderr } = await runExample(file)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toBe('hello\ntotal: 350\nnews: ready\n')
  })

  it('has a model of a connection beside it, which needs no server and no test runner', async () => {
    const program = `
      import { createConnectionModel } from 'pg-supervisor/machines'
      const model = createConnectionModel()
      await model.connection.connect()
      model.stop()
      await model.until('reconnecting')
      model.mend()
      await model.until('connected')
      console.log((await model.connection.query('select 1')).command)
      await model[Symbol.asyncDispose]()`
    const run = await runNode('--input-type=module', ['--eval', program], { cwd: project })
    expect(run).toEqual({ code: 0, stdout: 'SELECT\n', stderr: '' })
  })

  it('has no PGlite beside it, and says how to get it (txpostgres point 9)', async () => {
    const program = "new (await import('pg-supervisor')).Connection({ driver: 'pglite' })"
    const { code, stderr } = await runNode('--input-type=module', ['--eval', program], { cwd: project })
    expect(code).toBe(1)
    expect(stderr).toContain('InvalidOptionError: option `driver` wants a driver that is installed')
    expect(stderr).toContain('(npm install @electric-sql/pglite)')
  })

  it('fails when the server refuses it, so that running means something', async () => {
    await server!.stop('immediate')
    expect(await runExample('example.mjs')).toMatchObject({ code: 1 })
  })
})
