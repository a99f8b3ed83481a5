import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, inject, it, type TestContext, vi } from 'vitest'
import { serverAccount } from '../../embedded/account.ts'
import { clearAway } from '../../embedded/clear-away.mjs'
import { processesIn } from '../../embedded/processes.mjs'
import { eventually } from '../support/eventually.ts'

const isRoot = process.getuid?.() === 0
const program = fileURLToPath(new URL('../support/server-owner.ts', import.meta.url))
const root = fileURLToPath(new URL('../..', import.meta.url))

// A whole initdb may take long on a busy machine.
vi.setConfig({ testTimeout: 120_000 })
const patienceMs = 40_000

// All servers of a case live in a temporary folder of its own, so that "nothing is left" needs no names, and a case that
// fails leaves nothing to the next.
let place: string
const owners: ChildProcess[] = []
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'guarded-'))
  await chmod(place, 0o1777)
})
afterEach(async () => {
  for (const owner of owners.splice(0)) owner.kill('SIGKILL')
  await clearAway(place) // should the janitor fail, the test does not
})

const sharedMemoryBefore = new Set(await readdir('/dev/shm').catch(() => []))

type Account = { uid: number; gid: number } | undefined

function startOwner(ending: string, account?: Account, template = ''): ChildProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', program, ending, template], {
    ...account,
    cwd: root,
    env: { ...process.env, TMPDIR: place, TSX_DISABLE_CACHE: '1', HOME: place },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  owners.push(child)
  return child
}

/** From this user's template, which nobody else could read. */
const startQuickOwner = (ending: string) => startOwner(ending, undefined, inject('clusterTemplate'))

async function serverIsUp(child: ChildProcess): Promise<void> {
  let complaint = ''
  child.stderr?.on('data', (chunk) => {
    complaint += chunk
  })
  const [said] = await Promise.race([
    once(child.stdout!, 'data'),
    once(child, 'exit').then(() => [complaint]),
  ])
  expect(String(said)).toBe('started\n')
  expect(processesIn(place)).not.toEqual([])
}

/** What PostgreSQL has in /dev/shm; our servers keep it in their folder. */
async function sharedMemory(): Promise<string[]> {
  const names = await readdir('/dev/shm').catch(() => [])
  return names.filter((name) => name.startsWith('PostgreSQL.') && !sharedMemoryBefore.has(name))
}

/** Waits for processes and folders to vanish; answers those that have not. */
async function leftovers(): Promise<(number | string)[]> {
  for (const deadline = Date.now() + patienceMs; ; ) {
    const folders = (await readdir(place)).filter((name) => name.startsWith('pg-supervisor-'))
    const left = [...processesIn(place), ...folders, ...(await sharedMemory())]
    if (left.length === 0 || Date.now() > deadline) return left
    await sleep(20)
  }
}

/** By their program: a server of the case is a child of its owner as well. */
function janitorsOf(child: ChildProcess): number[] {
  const list = execFileSync('ps', ['-axww', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
  return list
    .split('\n')
    .filter(
      (line) =>
        /embedded.janitor\.mjs|pg-supervisor janitor/.test(line) &&
        line.trim().split(/\s+/)[1] === String(child.pid),
    )
    .map((line) => Number(line.trim().split(/\s+/)[0]))
}

/** Nobody for root; who is an ordinary user already needs no other account. */
function ordinaryUser(context: TestContext): Account {
  if (!isRoot) return undefined
  const id = (which: string) => Number(execFileSync('id', [which, 'nobody'], { encoding: 'utf8' }))
  const account = { uid: id('-u'), gid: id('-g') }
  try {
    execFileSync('test', ['-r', program], { ...account, cwd: '/' })
  } catch {
    context.skip(`the user nobody cannot read ${root}; check the project out where others may read`)
  }
  return account
}

describe('after the process that started a server', () => {
  it.each(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'was ended by %s, nothing is left',
    async (signal) => {
      const child = startOwner('waits')
      await serverIsUp(child)
      child.kill(signal)
      await once(child, 'exit')
      expect(child.signalCode).toBe(signal)
      expect(await leftovers()).toEqual([])
    },
  )

  it.each([
    ['has nothing more to do', 'returns', 0],
    ['called process.exit()', 'exits', 0],
    ['died of an uncaught exception', 'throws', 1],
  ] as const)('%s, nothing is left', async (_, ending, code) => {
    const child = startQuickOwner(ending)
    await serverIsUp(child)
    if (child.exitCode === null) await once(child, 'exit')
    expect(child.exitCode).toBe(code)
    expect(await leftovers()).toEqual([])
  })

  it('was killed while the server was paused, nothing is left', async () => {
    const child = startQuickOwner('waits paused')
    await serverIsUp(child)
    child.kill('SIGKILL')
    expect(await leftovers()).toEqual([])
  })

  it('was killed in the middle of initdb, nothing is left', async () => {
    const child = startOwner('waits')
    await eventually(() => processesIn(place).length > 0, { what: 'initdb runs', timeoutMs: patienceMs })
    child.kill('SIGKILL')
    expect(await leftovers()).toEqual([])
  })

  it('was killed like its janitor before it, nothing is left', async () => {
    const child = startQuickOwner('waits')
    await serverIsUp(child)
    const [first] = await eventually(
      () => {
        const janitors = janitorsOf(child)
        return janitors.length === 1 && janitors
      },
      { what: 'a janitor', timeoutMs: patienceMs },
    )
    process.kill(first!, 'SIGKILL')
    await eventually(() => janitorsOf(child).some((pid) => pid !== first), {
      what: 'another janitor',
      timeoutMs: patienceMs,
    })
    child.kill('SIGKILL')
    expect(await leftovers()).toEqual([])
  })

  it('was root, whose servers run under another account, and was killed, nothing is left', async (context) => {
    context.skip(!isRoot, 'needs root, which starts PostgreSQL under an unprivileged account')
    const child = startQuickOwner('waits')
    await serverIsUp(child)
    const postmaster = processesIn(place)[0]
    expect(Number(execFileSync('ps', ['-o', 'uid=', '-p', String(postmaster)]))).toBe(serverAccount().uid)
    child.kill('SIGKILL')
    expect(await leftovers()).toEqual([])
  })

  it('was an ordinary user and was killed, nothing is left', async (context) => {
    const child = startOwner('waits', ordinaryUser(context))
    await serverIsUp(child)
    child.kill('SIGKILL')
    expect(await leftovers()).toEqual([])
  })

  it('was an ordinary user and was killed in the middle of initdb, nothing is left', async (context) => {
    const child = startOwner('waits', ordinaryUser(context))
    await eventually(() => processesIn(place).length > 0, { what: 'initdb runs', timeoutMs: patienceMs })
    child.kill('SIGKILL')
    expect(await leftovers()).toEqual([])
  })
})
