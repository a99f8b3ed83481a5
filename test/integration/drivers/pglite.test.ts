import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { pgliteDriver } from '../../../src/drivers/pglite/pglite-driver.ts'
import { Connection } from '../../../src/index.ts'
import { describeSqlContract } from '../../support/contract/sql-contract.ts'
import {
  newConnection,
  openConnection,
  replaceSession,
  type Subject,
} from '../../support/contract/subject.ts'
import { describeWireContract } from '../../support/contract/wire-contract.ts'
import { runNode } from '../../support/run.ts'

/** PGlite makes a cluster at its first start: seconds, on a busy machine. */
const patient = { connectTimeoutMs: 100_000 }

const subject: Subject = {
  driver: pgliteDriver,
  config: () => ({ database: 'contract', ...patient }),
  lose: ({ unsafeClient }) => {
    ;(unsafeClient as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy()
    return undefined
  },
}

// With one connection open throughout, the database is made once.
const keeper = new Connection({ ...subject.config(), driver: 'pglite' })
beforeAll(() => keeper.connect(), 100_000)
afterAll(() => keeper.end())

describe('the driver pglite keeps the contract', () => {
  describeWireContract(() => subject)
  describeSqlContract(() => subject, pgliteDriver.capabilities)
})

describe('a database in this process', () => {
  it('is shared by the connections that name it, through all their sessions', async () => {
    const one = await openConnection(subject)
    await one.query('drop table if exists shared')
    await one.query('create table shared as select 7 as n')
    const other = await openConnection(subject)
    expect((await other.query('table shared')).rows).toEqual([{ n: 7 }])
    await one.end()
    await replaceSession(subject, other)
    await one.connect()
    expect((await one.query('table shared')).rows).toEqual([{ n: 7 }])
  })

  it('lives for monitors though a transaction of another connection holds it up', async () => {
    const one = await openConnection(subject)
    const other = await openConnection(subject)
    await one.transaction(async (tx) => {
      await tx.query('select 1')
      expect((await other.query('')).rows).toEqual([])
    })
  })

  it('does not mind an address for a server, but has no TLS', async () => {
    const connectionString = 'postgres://joe:secret@db.example:6000/contract'
    const { rows } = await (await openConnection(subject, { connectionString })).query(
      'select current_user as who',
    )
    expect(rows).toEqual([{ who: 'postgres' }])
    const encrypted = newConnection(subject, { connectionString, ssl: true })
    await expect(encrypted.connect()).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      message: expect.stringContaining('in-process'),
    })
  })

  it('lies in a folder that is named, is there again after an end, and lets the process end', {
    timeout: 100_000,
  }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pg-supervisor-pglite-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const program = 'test/support/pglite-process.ts'
    const outputs: string[] = []
    for (const doing of ['writes', 'reads']) {
      const { code, stdout, stderr } = await runNode('--import', [
        'tsx',
        program,
        doing,
        `pglite://${folder}`,
      ])
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      outputs.push(stdout)
    }
    expect(outputs).toEqual(['written\n', '[{"word":"kept"}]\n'])
  })
})
