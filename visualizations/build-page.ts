// The page as one HTML file: script, style and charts are in it, and it asks nobody for anything.
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { deflateSync } from 'node:zlib'
import { build, type Plugin } from 'esbuild'
import { charts } from './charts.ts'
import { definitionOf } from './wire/definition.ts'

const repository = fileURLToPath(new URL('../', import.meta.url))

export async function buildPage(): Promise<string> {
  return (await bundle()).html
}

/** The files that went into it, relative to the repository. */
export async function pageInputs(): Promise<string[]> {
  return (await bundle()).inputs
}

let bundled: Promise<{ html: string; inputs: string[] }> | undefined

/** Once for each process. */
function bundle(): Promise<{ html: string; inputs: string[] }> {
  bundled ??= makeBundle()
  return bundled
}

async function makeBundle(): Promise<{ html: string; inputs: string[] }> {
  const pictures = await Promise.all(Object.keys(charts).map(pictureOf))
  const roots = Object.values(charts).map(({ root }) => root)
  const drawn = pictures.map(({ name, svg }, index) => [
    name,
    { svg, definition: definitionOf(roots[index]!) },
  ])
  const { outputFiles, metafile } = await build({
    absWorkingDir: repository,
    entryPoints: ['visualizations/page/main.tsx', 'visualizations/page/page.css'],
    metafile: true,
    bundle: true,
    minify: true,
    write: false,
    outdir: 'unused',
    format: 'iife',
    target: ['chrome123', 'firefox120', 'safari17.5'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    define: { 'process.env.NODE_ENV': '"production"' },
    legalComments: 'none',
    plugins: [chartsPlugin(Object.fromEntries(drawn) as object), withoutMachines],
  })
  const textOf = (ending: string) => outputFiles.find(({ path }) => path.endsWith(ending))!.text.trim()
  const styles = new Set([...pictures.map(({ style }) => style), textOf('.css')])
  return { html: htmlOf(textOf('.js'), [...styles].join('\n')), inputs: Object.keys(metafile.inputs) }
}

/** The style stands apart: a policy that forbids inline styles forbids those of an inlined picture too. */
async function pictureOf(name: string): Promise<{ name: string; svg: string; style: string }> {
  const svg = await readFile(new URL(`./diagrams/${name}.svg`, import.meta.url), 'utf8')
  const style = /<style>([\s\S]*?)<\/style>/.exec(svg)?.[1] ?? ''
  return { name, svg: svg.replace(/<style>[\s\S]*?<\/style>/, '').replaceAll('\n', ''), style }
}

const chartsPlugin = (drawn: object): Plugin => ({
  name: 'charts',
  setup(building) {
    building.onResolve({ filter: /^virtual:charts$/ }, ({ path }) => ({ path, namespace: 'charts' }))
    const packed = deflateSync(JSON.stringify(drawn), { level: 9 }).toString('base64')
    building.onLoad({ filter: /.*/, namespace: 'charts' }, () => ({
      contents: `export const packed = '${packed}'`,
    }))
  },
})

/**
 * @xstate/inspect's receiver parses each chart that registers into a machine of XState 4, which nobody here runs: what it
 * would take, half of the page's script, is left out, and the definition stays what it is.
 */
const withoutMachines: Plugin = {
  name: 'without-machines',
  setup(building) {
    building.onLoad({ filter: /[\\/]xstate[\\/]es[\\/]Machine\.js$/ }, () => ({
      contents: 'export const createMachine = (config) => ({ config }), Machine = createMachine',
    }))
  },
}

const htmlOf = (script: string, style: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>pg-supervisor inspector</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<script>${script.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--')}</script>
</body>
</html>
`
