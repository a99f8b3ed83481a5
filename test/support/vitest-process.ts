import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/** Runs a test file inside of the repository in a process of its own, with the package's name leading to the source. */
export async function vitestOf(test: string): Promise<{ code: number | null; output: string }> {
  const name = `${test}.config.mjs`
  const alias = { 'pg-supervisor/machines': resolve('src/machines.ts') }
  await writeFile(name, `export default ${JSON.stringify({ resolve: { alias }, test: { include: [test] } })}`)
  const args = [resolve('node_modules/vitest/vitest.mjs'), 'run', '--config', name, '--root', dirname(test)]
  const child = spawn(process.execPath, args, { env: { ...process.env, NO_COLOR: '1', VITEST: '' } })
  let output = ''
  child.stdout.on('data', (text) => (output += String(text)))
  child.stderr.on('data', (text) => (output += String(text)))
  const code = await new Promise<number | null>((done) => child.on('close', done))
  return { code, output }
}
