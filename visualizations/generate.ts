// Writes the pictures of the chart; with --check it writes nothing and fails when one of them is stale.
import { readFileSync, writeFileSync } from 'node:fs'
import { pictures } from './pictures.ts'

const isChecking = process.argv.includes('--check')
const folder = new URL('./diagrams/', import.meta.url)

for (const [name, text] of await pictures()) {
  const file = new URL(name, folder)
  if (!isChecking) writeFileSync(file, text)
  else if (currentText(file) !== text) {
    console.error(`visualizations/diagrams/${name} is stale: npm run diagrams`)
    process.exitCode = 1
  }
}

function currentText(file: URL): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
