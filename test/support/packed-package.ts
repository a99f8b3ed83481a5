import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { DocExample } from './doc-examples.ts'
import { run, runNode } from './run.ts'

const tsc = resolve('node_modules/typescript/bin/tsc')

/** The package as npm would publish it, built anew. */
export async function pack(): Promise<{ tarball: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'pg-supervisor-packed-'))
  const { code, stdout, stderr } = await run('npm', ['pack', '--pack-destination', folder])
  if (code !== 0) throw new Error(`npm pack failed: ${stdout}${stderr}`)
  const [name] = await readdir(folder)
  return {
    tarball: join(folder, name!),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

/** A stranger's empty project with nothing in it but the package and the packages named. */
export async function installInEmptyProject(tarball: string, ...others: string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pg-supervisor-consumer-'))
  await writeFile(join(folder, 'package.json'), '{ "private": true }')
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts']
  const { code, stdout, stderr } = await run('npm', ['install', ...quiet, tarball, ...others], {
    cwd: folder,
    timeoutMs: 120_000,
  })
  if (code !== 0) throw new Error(`npm install failed: ${stdout}${stderr}`)
  return folder
}

/**
 * Compiles an example in such a project, against the installed types, as an ES module and as CommonJS, where its
 * imports become calls of require.
 */
export async function compileExample(folder: string, { code }: DocExample): Promise<void> {
  const lastImport = code.lastIndexOf('\nimport ') + 1
  const bodyStart = code.indexOf('\n', code.indexOf(' from ', lastImport)) + 1
  const imports = code.slice(0, bodyStart)
  await writeFile(join(folder, 'example.mts'), code)
  await writeFile(
    join(folder, 'example.cts'),
    `${imports}async function example() {\n${code.slice(bodyStart)}\n}\nvoid example()\n`,
  )
  const compilerOptions = { module: 'nodenext', target: 'es2022', strict: true, types: ['node'] }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['example.*'] }))
  const { code: exit, stdout } = await runNode(tsc, ['--pretty', 'false'], { cwd: folder })
  if (exit !== 0) throw new Error(`The example does not compile in an empty project:\n${stdout}`)
}

/** The paths of the files in a tarball, without the folder npm puts around them. */
export async function contentsOf(tarball: string): Promise<string[]> {
  const { stdout } = await run('tar', ['-tzf', tarball])
  const files = stdout.split('\n').filter(Boolean)
  return files.map((file) => file.replace(/^package\//, '')).toSorted()
}

export const readTarball = async (tarball: string): Promise<ArrayBuffer> => {
  const bytes = await readFile(tarball)
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
}
