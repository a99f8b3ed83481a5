import { posix } from 'node:path'

/** The rooms of src, bottom up. A room imports from itself and from lower floors, never from beside or above. */
const floors = [
  ['errors', 'telemetry'],
  ['backoff'],
  ['detectors', 'drivers', 'topology'],
  ['machines'],
  ['traces'],
  ['api'],
  ['cli', 'otel', 'model', 'pg-face'],
]

/** The doors of the house, entry points of the package. They only re-export, and only they do. */
const doors = ['index.ts', 'machines.ts', 'otel.ts', 'pg.ts']

/** What is shaped like a package has what that package has. */
const shapes: Readonly<Record<string, string>> = { 'pg.ts': 'pg' }

/** Who may import a package, and who may name its types alone. Any other package is a dependency nobody agreed to. */
const packages: Record<string, { values: string[]; types: string[] }> = {
  pg: { values: ['drivers', 'pg-face'], types: ['machines', 'api', 'model'] },
  '@electric-sql': { values: ['drivers'], types: [] },
  '@opentelemetry': { values: ['otel'], types: [] },
  xstate: { values: ['machines', 'traces', 'api'], types: [] },
}

export interface Import {
  specifier: string
  isType: boolean
  isReExport: boolean
}

/** `import {…} from`, `import * as x from`, `export * from` and the like, at the start of a line: examples in comments are none. */
const statement =
  /^(import|export)\s+(type\s+)?(?:\*(?:\s+as\s+\w+)?|\w*,?\s*\{[^}]*\}|\w+)\s+from\s+'([^']+)'/gm
const sideEffect = /^import\s+'([^']+)'/gm
const dynamic = /^(?!\s*[/*]).*\bimport\('([^']+)'\)/gm

export function importsOf(source: string): Import[] {
  return [
    ...[...source.matchAll(statement)].map(([, verb, type, specifier]) => ({
      specifier: specifier!,
      isType: type !== undefined,
      isReExport: verb === 'export',
    })),
    ...[...source.matchAll(sideEffect), ...source.matchAll(dynamic)].map(([, specifier]) => ({
      specifier: specifier!,
      isType: false,
      isReExport: false,
    })),
  ]
}

/** Everything the files of src (paths relative to it) do against the rules of the house, in words. */
export function violationsOf(files: ReadonlyMap<string, string>): string[] {
  return [
    ...[...files.keys()].flatMap(misplacedFile),
    ...[...files].flatMap(([file, source]) =>
      importsOf(source).flatMap((imported) => misplacedImport(file, imported)),
    ),
    ...circlesIn(files),
  ]
}

function misplacedFile(file: string): string[] {
  if (doors.includes(file)) return []
  if (floorOf(file) < 0) return [`${file} is in no room of the house`]
  return posix.basename(file) === 'index.ts' ? [`${file} is a barrel file`] : []
}

function misplacedImport(file: string, { specifier, isType, isReExport }: Import): string[] {
  const complaint = (reason: string) => [`${file} imports ${specifier}: ${reason}`]
  if (specifier.startsWith('node:')) return []
  if (!specifier.startsWith('.')) {
    if (shapes[file] === specifier) return []
    if (doors.includes(file)) return complaint('a door re-exports rooms, no packages')
    const allowed = packages[posix.normalize(specifier).split('/')[0]!]
    if (!allowed) return complaint('no such dependency')
    const mayImport =
      allowed.values.includes(roomOf(file)) || (isType && allowed.types.includes(roomOf(file)))
    return mayImport ? [] : complaint('not in this room')
  }
  const target = posix.join(posix.dirname(file), specifier)
  if (target.startsWith('..')) return complaint('outside src')
  if (doors.includes(file)) return []
  if (isReExport) return complaint('re-exports belong to the doors of the package')
  if (roomOf(target) !== roomOf(file) && floorOf(target) >= floorOf(file))
    return complaint('not a lower floor')
  return []
}

const roomOf = (file: string) => (file.includes('/') ? file.slice(0, file.indexOf('/')) : '')

/** A door stands above all floors, so that no room may import it. */
const floorOf = (file: string) =>
  doors.includes(file) ? floors.length : floors.findIndex((rooms) => rooms.includes(roomOf(file)))

/** Each circle once, from the file where a walk along the imports first met it. Types count: a circle of types is one idea in two files. */
function circlesIn(files: ReadonlyMap<string, string>): string[] {
  const circles: string[] = []
  const done = new Set<string>()
  const walk = (file: string, trail: string[]) => {
    const seenAt = trail.indexOf(file)
    if (seenAt >= 0) circles.push(`circle: ${[...trail.slice(seenAt), file].join(' → ')}`)
    if (seenAt >= 0 || done.has(file)) return
    for (const { specifier } of importsOf(files.get(file) ?? '')) {
      if (specifier.startsWith('.')) walk(posix.join(posix.dirname(file), specifier), [...trail, file])
    }
    done.add(file)
  }
  for (const file of files.keys()) walk(file, [])
  return circles
}
