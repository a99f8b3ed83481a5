// The npm packages with PostgreSQL's binaries carry no symlinks, because npm cannot pack them; an install script makes
// them afterwards. npm 12 and pnpm 10 block install scripts, so we do its work, every time: without the links the
// loader finds no libicuuc.so.60 and initdb ends with code 127.
import { chmod, readFile, stat, symlink } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'

/**
 * Makes the library symlinks listed in `native/pg-symlinks.json` and the programs executable. What is already there
 * stays, so several processes may do it at once. A folder we may not write to is left as it is.
 */
export async function hydrate(native: string): Promise<void> {
  for (const { source, target } of await listedLinks(native)) {
    // The list is relative to the package, whose folder may have another name here; links are relative to themselves, so that a copied folder still works.
    await unless(
      symlink(basename(source), join(native, relative('native', target))),
      'EEXIST',
      'EACCES',
      'EPERM',
      'EROFS',
    )
  }
  for (const program of ['initdb', 'postgres']) {
    const path = join(native, 'bin', program)
    const { mode } = await stat(path)
    if ((mode & 0o555) !== 0o555) await unless(chmod(path, mode | 0o555), 'EACCES', 'EPERM', 'EROFS')
  }
}

async function listedLinks(native: string): Promise<{ source: string; target: string }[]> {
  const list = await unless(readFile(join(native, 'pg-symlinks.json'), 'utf8'), 'ENOENT')
  return list === undefined ? [] : JSON.parse(list)
}

async function unless<Result>(work: Promise<Result>, ...forgiven: string[]): Promise<Result | undefined> {
  try {
    return await work
  } catch (error) {
    if (forgiven.includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}
