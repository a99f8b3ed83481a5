import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clearAway } from '../../embedded/clear-away.mjs'
import { processesIn } from '../../embedded/processes.mjs'
import { eventually } from '../support/eventually.ts'
import { type TestServer, testServer } from '../support/test-server.ts'

// The servers of the demo live in a temporary folder of their own, so that "nothing is left" needs no names.
const place = await mkdtemp(join(tmpdir(), 'demo-test-'))
await chmod(place, 0o1777)
afterAll(() => clearAway(place))

interface Showing {
  readonly child: ChildProcess
  readonly code: Promise<number>
  text(): string
}

/** As `npm run demo` starts it, with its output into a pipe. */
function startDemo(...args: string[]): Showing {
  const env = { ...process.env, TMPDIR: place, TSX_DISABLE_CACHE: '1' }
  const child = spawn(process.execPath, ['--import', 'tsx', 'demo/demo.ts', ...args], { env })
  let text = ''
  child.stdout.on('data', (chunk) => {
    text += chunk
  })
  child.stderr.on('data', (chunk) => {
    text += chunk
  })
  return { child, code: once(child, 'close').then(([code]) => code as number), text: () => text }
}

const nothingIsLeft = () =>
  eventually(
    async () => {
      const folders = (await readdir(place)).filter((name) => name.startsWith('pg-supervisor-'))
      expect([...folders, ...processesIn(place)]).toEqual([])
    },
    { what: 'server and folder of the demo are gone', timeoutMs: 10_000 },
  )

/** The cells of a row of the summary. */
const row = (text: string, fault: string) =>
  new RegExp(`^  ${fault} +(\\d+) ms +(\\d+) ms +(\\d+) +(\\d+)$`, 'm').exec(text)?.slice(1).map(Number)

describe('the demo', { timeout: 60_000 }, () => {
  it('survives every fault, says so in plain text, and leaves nothing behind', async () => {
    const { code, text } = startDemo()
    expect(await code, text()).toBe(0)
    for (const fault of ['backend killed', 'server restarted', 'network reset', 'network silent']) {
      const [noticed, recovered, lost, pending] = row(text(), fault) ?? []
      expect({ fault, lost, pending }).toEqual({ fault, lost: 0, pending: 0 })
      expect(recovered).toBeGreaterThanOrEqual(noticed!)
    }
    expect(row(text(), 'server restarted')![1]).toBeGreaterThan(1500)
    expect(text()).toMatch(/^ +\d+\.\d{3} s {2}connecting +→ connected/m)
    expect(text()).toMatch(/^ +\d+\.\d{3} s {2}(querying|inTransaction|connected) +→ dead/m)
    expect(text()).toMatch(/^ +\d+\.\d{3} s {2}dead +→ reconnecting/m)
    expect(text()).toContain('Nothing was lost.')
    expect(text()).not.toContain('\x1b')
    expect(
      text()
        .split('\n')
        .filter((line) => line.length > 80),
    ).toEqual([])
    await nothingIsLeft()
  })

  it('that is interrupted clears everything away', async () => {
    const { child, code, text } = startDemo()
    const what = 'the demo plays'
    await eventually(() => expect(text()).toContain('backend killed'), { what, timeoutMs: 30_000 })
    child.kill('SIGINT')
    expect(await code, text()).toBe(130)
    expect(text()).toContain('interrupted')
    await nothingIsLeft()
  })

  it('plays without any server, in this process', async () => {
    const { code, text } = startDemo('--driver', 'pglite')
    expect(await code, text()).toBe(0)
    expect(text().match(/✓/g)).toHaveLength(3)
    expect(text()).toContain('heard: of somebody else')
    expect(text()).toContain('All of it without a server.')
    expect(
      text()
        .split('\n')
        .filter((line) => line.length > 80),
    ).toEqual([])
    await nothingIsLeft()
  })

  it('that cannot run says why and ends with code 2', async () => {
    const { code, text } = startDemo('--url', 'postgres://somebody@127.0.0.1:1/anything')
    expect(await code).toBe(2)
    expect(text()).toContain('could not connect to 127.0.0.1:1')
  })
})

describe('the demo on a server of the user', { timeout: 60_000 }, () => {
  let server: TestServer
  beforeAll(async () => {
    server = await testServer()
  }, 60_000)
  afterAll(() => server.dispose())

  const tables = async (): Promise<string[]> => {
    const rows = await server.sql<{ relname: string }>(
      `select relname from pg_class where relname like 'pg_supervisor_demo_%' and relkind = 'r'`,
    )
    return rows.map(({ relname }) => relname)
  }

  it('kills only its own session, says what is left out, and drops its table', async () => {
    const [before] = await server.sql('select pg_backend_pid() as pid, pg_postmaster_start_time() as started')
    const { code, text } = startDemo('--url', server.url)
    expect(await code, text()).toBe(0)
    expect(text()).toContain('Left out')
    expect(row(text(), 'backend killed')).toEqual([expect.any(Number), expect.any(Number), 0, 0])
    expect(row(text(), 'server restarted')).toBeUndefined()
    const [after] = await server.sql('select pg_backend_pid() as pid, pg_postmaster_start_time() as started')
    expect(after).toEqual(before)
    expect(await tables()).toEqual([])
  })

  it('ends with code 1 when an acknowledged row is missing', async () => {
    const { code, text } = startDemo('--url', server.url)
    const deleted = await eventually(
      async () => {
        const [table] = await tables()
        if (table === undefined) return false
        const rows = await server.sql(`delete from ${table} where caller = 'Ada' returning id`)
        return rows.length > 0 && rows
      },
      { what: 'a row of the demo is taken away', timeoutMs: 30_000 },
    )
    expect(deleted).not.toEqual([])
    expect(await code, text()).toBe(1)
    expect(text()).toContain('calls were answered, and their rows are missing')
    expect(text()).not.toContain('Nothing was lost.')
    expect(await tables()).toEqual([])
  })
})
