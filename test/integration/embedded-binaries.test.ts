import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readlink, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { serverAccount } from '../../embedded/account.ts'
import { usableBinaries } from '../../embedded/binaries.ts'
import { clearAway } from '../../embedded/clear-away.mjs'
import { createCluster } from '../../embedded/cluster.ts'
import { hydrate } from '../../embedded/hydrate.ts'

const account = serverAccount()
const installed = dirname(dirname((await usableBinaries(account)).initdb))

let place: string
let native: string

// The package as npm unpacks it when install scripts are blocked: complete, but without a single symlink.
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'binaries-test-'))
  await chmod(place, 0o755)
  native = join(place, 'package', 'native')
  await mkdir(dirname(native))
  execFileSync('cp', ['-R', installed, native])
  execFileSync('cp', [join(installed, '..', 'package.json'), dirname(native)])
  execFileSync('find', [native, '-type', 'l', '-delete'])
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await chmod(join(native, 'lib'), 0o755)
  await rm(place, { recursive: true, force: true })
})

const initdb = () =>
  execFileSync(join(native, 'bin', 'initdb'), ['--version'], { encoding: 'utf8', stdio: 'pipe' })

/** Root's packages get out of reach of the account that runs the server; an ordinary user's become read-only. */
async function makeUnusable(): Promise<void> {
  if (process.getuid?.() === 0) await chmod(dirname(native), 0o700)
  else await chmod(join(native, 'lib'), 0o555)
}

describe('the binaries from npm', () => {
  it.runIf(process.platform === 'linux')('do not run without their symlinks', () => {
    expect(initdb).toThrow('error while loading shared libraries: libicu')
  })

  it('make a cluster once hydrated', async () => {
    const binaries = await usableBinaries(account, native)
    expect(binaries.initdb).toBe(join(native, 'bin', 'initdb'))
    const cluster = await createCluster(binaries, account)
    expect(await readdir(cluster.data)).toContain('PG_VERSION')
    await clearAway(cluster.folder)
  })

  it('are hydrated by many at once, and again, with the same links', async () => {
    await Promise.all(Array.from({ length: 8 }, () => hydrate(native)))
    await hydrate(native)
    expect(await readlink(join(native, 'lib', 'libpq.so.5'))).toMatch(/^libpq\.so\.5\.\d+$/)
    expect(initdb()).toMatch(/^initdb \(PostgreSQL\) 18/)
  })

  it('become executable when the mode was lost on the way', async () => {
    await chmod(join(native, 'bin', 'initdb'), 0o644)
    await hydrate(native)
    expect(initdb()).toMatch(/^initdb \(PostgreSQL\) 18/)
  })

  it('are copied once when they can be neither reached nor hydrated in their place', async () => {
    vi.stubEnv('TMPDIR', place)
    await makeUnusable()
    const [first, second] = await Promise.all([
      usableBinaries(account, native),
      usableBinaries(account, native),
    ])
    expect(first).toEqual(second)
    expect(dirname(dirname(dirname(first.initdb)))).toBe(place)
    expect(execFileSync(first.postgres, ['--version'], { ...account, encoding: 'utf8' })).toMatch(/^postgres/)
    expect((await readdir(place)).length).toBe(2)

    const before = await stat(first.postgres)
    await usableBinaries(account, native)
    expect((await stat(first.postgres)).ino).toBe(before.ino)
  })

  it('are not taken from a copy that others can write to', async () => {
    vi.stubEnv('TMPDIR', place)
    await makeUnusable()
    const copy = dirname(dirname((await usableBinaries(account, native)).initdb))
    await chmod(copy, 0o777)
    await expect(usableBinaries(account, native)).rejects.toThrow(`${copy} is not ours alone: remove it`)
  })

  it('say why they do not run when they do not', async () => {
    vi.stubEnv('TMPDIR', place)
    await rm(join(native, 'pg-symlinks.json'))
    await expect(usableBinaries(account, native)).rejects.toThrow('embedded PostgreSQL does not run here')
  })
})
