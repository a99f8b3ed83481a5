import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DocExample } from './doc-examples.ts'

/**
 * Type-checks examples against the sources, all in one run of the compiler, and returns its complaints, each beginning
 * with the place in the documentation. An example without imports gets the names it uses from the package or the file
 * it documents, and a `connection`.
 */
export async function complaintsAbout(examples: readonly DocExample[]): Promise<string[]> {
  await mkdir('.tmp', { recursive: true })
  const folder = await mkdtemp('.tmp/examples-')
  try {
    const files = new Map(examples.map((example, index) => [`example-${index}.ts`, example]))
    for (const [name, example] of files) {
      await writeFile(join(folder, name), `${await prelude(example)}\n${example.code}\nexport {}\n`)
    }
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(configuration))
    const output = await compile(folder)
    return output.split('\n').flatMap((line) => {
      const found = /^(?:.*\/)?(example-\d+\.ts)\((\d+),\d+\): error (.*)$/.exec(line)
      const example = found && files.get(found[1]!)
      if (example) return [`${example.file}:${example.line + Number(found[2]) - 2} ${found[3]}`]
      return line.includes('error TS') ? [line] : []
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The repository's own, where the package's name already means the sources. */
const configuration = {
  extends: '../../tsconfig.json',
  // A reader's compiler may be less strict about how types are imported, and so is the prelude.
  compilerOptions: { verbatimModuleSyntax: false },
  include: ['*.ts'],
}

function compile(folder: string): Promise<string> {
  const tsc = [join('node_modules', 'typescript', 'bin', 'tsc'), '--pretty', 'false', '--project', folder]
  return new Promise((resolve, reject) => {
    execFile(process.execPath, tsc, (error, stdout, stderr) => {
      // A compiler that found nothing to say but failed all the same was not run properly.
      if (error && !stdout.includes('error TS'))
        reject(new Error(`tsc: ${stdout}${stderr}`, { cause: error }))
      else resolve(stdout)
    })
  })
}

/** One line, so that line numbers stay easy to translate. */
async function prelude({ file, code }: DocExample): Promise<string> {
  if (/^import\s/m.test(code)) return ''
  const isUndeclared = (name: string) =>
    !new RegExp(`\\b(?:const|let|using|function|class|interface|type)\\s+${name}\\b`).test(code)
  const isUsed = (name: string) => new RegExp(`\\b${name}\\b`).test(code) && isUndeclared(name)
  const lent = (source: string) => exportedNames(source).filter(isUsed)
  const ofPackage = lent(await readFile('src/index.ts', 'utf8'))
  const ofFile = file.endsWith('.ts') ? lent(await readFile(file, 'utf8')) : []
  const others = ofFile.filter((name) => !ofPackage.includes(name))
  return [
    `import { ${ofPackage.join(', ')} } from 'pg-supervisor'`,
    ...(others.length > 0 ? [`import { ${others.join(', ')} } from '../../${file}'`] : []),
    ...(isUndeclared('connection') ? [`declare const connection: import('pg-supervisor').Connection`] : []),
  ].join(';')
}

function exportedNames(source: string): string[] {
  const lists = [...source.matchAll(/^export\s+(?:type\s+)?\{([^}]*)\}/gm)]
  const listed = lists.flatMap(([, list]) =>
    list!.split(',').map((name) => /(\w+)\s*$/.exec(name)?.[1] ?? ''),
  )
  const declarations = source.matchAll(
    /^export\s+(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:const|function\*?|class|interface|type)\s+(\w+)/gm,
  )
  return [...listed.filter(Boolean), ...[...declarations].map(([, name]) => name!)]
}
