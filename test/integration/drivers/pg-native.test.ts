// Why the driver pg-native is refused. It needs a compiler and libpq, so the package is no dependency: `.ci/run` installs it,
// and where it is missing the summary says how.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { Connection } from '../../../src/index.ts'
import { eventually } from '../../support/eventually.ts'
import { run } from '../../support/run.ts'
import { openProxy } from '../../support/tcp-proxy.ts'
import { testServer } from '../../support/test-server.ts'

const folder = resolve('.tmp/pg-native')
const isInstalled = existsSync(`${folder}/node_modules/libpq/build/Release/addon.node`)
const howTo = '.ci/pg-native installs it, where there are libpq-dev, python3, make and g++'

const server = await testServer()
afterAll(() => server.dispose())

const runProcess = (doing: string, url = server.url) =>
  run(process.execPath, ['--import', 'tsx', 'test/support/pg-native-process.ts', doing, `${folder}/`, url], {
    timeoutMs: 25_000,
  })

it('pg-native is refused, whether it is there or not', () => {
  expect(() => new Connection({ driver: 'pg-native' })).toThrow(/pg-native ends the process when/)
})

describe('pg-native', () => {
  beforeEach((context) => {
    context.task.meta.isOptional = true
    context.skip(!isInstalled, `pg-native is not there; ${howTo}`)
  })

  it('ends the process when a client follows one whose session was lost', async () => {
    const { code, stdout } = await runProcess('loses')
    expect({ code, stdout }).toEqual({ code: 'SIGSEGV', stdout: 'lost 1\n' })
  })

  it('survives that when the lost client is ended in the very event', async () => {
    const { code, stdout } = await runProcess('loses and ends')
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'lost 1\nlost 2\nsurvived\n' })
  })

  it('stops all access to files with four attempts to a host that is silent', async () => {
    using proxy = await openProxy(server)
    proxy.blackhole()
    const { stdout } = await runProcess('abandons', proxy.urlOf(server.url))
    expect(stdout).toBe('no file could be read for 2 s\n')
  })

  it('blocks the event loop with a cancel while the network is silent', async () => {
    using proxy = await openProxy(server)
    const running = runProcess('cancels', proxy.urlOf(server.url))
    const sleepers = `select 1 from pg_stat_activity where query = 'select pg_sleep(20)' and pid <> pg_backend_pid()`
    await eventually(async () => (await server.sql(sleepers)).length > 0, {
      what: 'a statement runs',
      timeoutMs: 20_000,
    })
    proxy.blackhole()
    expect((await running).stdout).toBe('blocked for 2 s\n')
  })
})
