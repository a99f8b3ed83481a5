// A fresh data folder, made by initdb or copied from a template.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, chown, mkdir, mkdtemp, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Account } from './account.ts'
import type { Binaries } from './binaries.ts'
import { guard } from './janitor.ts'

const run = promisify(execFile)

/** The superuser of every cluster. */
export const user = 'supervisor'

export interface Cluster {
  /** Everything of one server: `data`, the server's log; removed as a whole. */
  readonly folder: string
  readonly data: string
  readonly log: string
  readonly password: string
}

/** Makes a cluster in the temporary folder, guarded by the janitor from its first moment. */
export async function createCluster(
  binaries: Binaries,
  account: Account,
  template?: string,
): Promise<Cluster> {
  const folder = await guardedFolder(account)
  const data = join(folder, 'data')
  const log = join(folder, 'server.log')
  if (template === undefined)
    return { folder, data, log, password: await initialise(folder, binaries, account) }
  const original = await filledTemplate(template, binaries, account)
  // By the account itself, so that the copy belongs to it; three times as fast as Node's own recursive copy.
  await run('cp', ['-R', join(original, 'data'), data], { ...account, cwd: folder })
  return { folder, data, log, password: await readFile(join(original, 'password'), 'utf8') }
}

/** An empty folder that belongs to `account` and does not outlive this process. */
export async function guardedFolder(account: Account): Promise<string> {
  // The real path, because the kernel reports the folders of processes without symlinks.
  const folder = join(await realpath(tmpdir()), `pg-supervisor-${randomBytes(6).toString('hex')}`)
  guard(folder) // before it is there: we may be killed in between
  await mkdir(folder)
  await handOver(folder, account)
  return folder
}

// Several processes may find the template empty at the same moment. Each then makes one of its own, and the first to
// move it into place decides: no lock that a killed process could leave behind.
async function filledTemplate(template: string, binaries: Binaries, account: Account): Promise<string> {
  const filled = join(template, 'cluster')
  if (await holdsCluster(filled)) return filled
  const filling = await mkdtemp(join(template, 'filling-'))
  await handOver(filling, account)
  await initialise(filling, binaries, account)
  try {
    await rename(filling, filled)
  } catch (error) {
    await rm(filling, { recursive: true, force: true })
    if (!(await holdsCluster(filled))) throw error
  }
  return filled
}

async function holdsCluster(folder: string): Promise<boolean> {
  return readFile(join(folder, 'password')).then(
    () => true,
    () => false,
  )
}

async function initialise(folder: string, binaries: Binaries, account: Account): Promise<string> {
  const password = randomBytes(16).toString('hex')
  const passwordFile = join(folder, 'password')
  await writeFile(passwordFile, password, { mode: 0o600 })
  await handOver(passwordFile, account, 0o600)
  const options = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions']
  // In files of the data folder: a killed initdb or server leaves nothing in /dev/shm. It is written into the
  // configuration, so every start of the server has it too.
  const memory = '--set=dynamic_shared_memory_type=mmap'
  // TZ spares initdb the search for the system's name of its time zone.
  const env = { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' }
  await run(
    binaries.initdb,
    [
      `--pgdata=${join(folder, 'data')}`,
      `--username=${user}`,
      `--pwfile=${passwordFile}`,
      memory,
      ...options,
    ],
    { ...account, cwd: folder, env },
  )
  return password
}

/** Gives it to whom the server runs as. */
export async function handOver(path: string, account: Account, mode = 0o700): Promise<void> {
  await chmod(path, mode)
  if (account.uid !== undefined && account.gid !== undefined) await chown(path, account.uid, account.gid)
}
