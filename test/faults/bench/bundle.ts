import { resolve } from 'node:path'
import { build } from 'esbuild'

/** A program of ours in one file: fifty processes that each compile our sources would do nothing else. */
export async function bundled(entry: string): Promise<string> {
  const outfile = resolve(`.tmp/${entry.replaceAll(/[/.]/g, '-')}.mjs`)
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    logLevel: 'error',
  })
  return outfile
}
