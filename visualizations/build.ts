// Builds `pg-supervisor/inspect` into dist/inspect: its page, its script with what it needs of @xstate/inspect, its types,
// and the licences of what was bundled. The package's own modules stay what they are: it imports them.
import { execFileSync } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { buildPage, pageInputs } from './build-page.ts'
import { licencesOf } from './licences.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const target = join(root, 'dist/inspect')

const ownModules: Plugin = {
  name: 'own-modules',
  setup(building) {
    building.onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path, resolveDir }) => {
      const inSource = relative(join(root, 'src'), join(resolveDir, path))
      if (inSource.startsWith('..')) return undefined
      return { path: `../${inSource.replaceAll(sep, '/').replace(/\.ts$/, '.js')}`, external: true }
    })
  },
}

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['visualizations/inspect/inspect.ts'],
  outdir: 'dist/inspect',
  bundle: true,
  metafile: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  legalComments: 'none',
  plugins: [ownModules],
})

await mkdir(target, { recursive: true })
await writeFile(join(target, 'page.html'), await buildPage())
const inputs = [...Object.keys(metafile.inputs), ...(await pageInputs())].map((path) => join(root, path))
await writeFile(join(target, 'THIRD-PARTY.txt'), await licencesOf(inputs))

const tsc = join(root, 'node_modules/typescript/bin/tsc')
execFileSync(process.execPath, [tsc, '-p', join(root, 'visualizations/tsconfig.build.json')], {
  stdio: 'inherit',
})
const types = await readFile(join(root, '.tmp/types/visualizations/inspect/inspect.d.ts'), 'utf8')
await writeFile(join(target, 'inspect.d.ts'), types.replaceAll('../../src/', '../'))
