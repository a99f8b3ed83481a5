import { afterAll, describe, expect, it } from 'vitest'
import { RollbackFailedError, type Transaction } from '../../src/index.ts'
import { worldOfTest } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

describe('a rollback that fails on a living session', () => {
  it('rejects with RollbackFailedError, and the session is replaced (txpostgres 30, point 17)', async () => {
    const world = await worldOfTest(server, { config: { whileDown: { waitMs: 5000 } } })
    const connection = await world.connect()
    const { processId } = connection
    const fault = new Error('changed my mind')
    const rollbackError = Object.assign(new Error('no way back'), { code: 'XX000', severity: 'ERROR' })
    await server.sql('drop table if exists pgs_left; create table pgs_left (n int)')
    const transaction = connection.transaction(async (tx: Transaction) => {
      await tx.query('insert into pgs_left values (1)')
      failNext(connection.unsafeClient, 'ROLLBACK', rollbackError)
      throw fault
    })
    const error: unknown = await transaction.catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(RollbackFailedError)
    expect(error).toMatchObject({ code: 'ROLLBACK_FAILED', outcome: 'notApplied', retrySafe: false })
    expect((error as RollbackFailedError).cause).toBe(fault)
    expect((error as RollbackFailedError).rollbackError).toBe(rollbackError)
    expect((error as RollbackFailedError).connection).toBe(connection)
    expect(Object.keys(error as object)).not.toContain('connection')
    const { failure } = await world.told(connection, 'lost')
    expect(failure).toMatchObject({ kind: 'rollback' })
    await world.told(connection, 'connected', 2)
    expect(connection.processId).not.toBe(processId)
    expect((await connection.query('select * from pgs_left')).rows).toEqual([])
    await server.sql('drop table pgs_left')
  })
})

/** The server has no reason ever to refuse a ROLLBACK, so the answer to one is forged. */
function failNext(client: unknown, text: string, error: Error): void {
  const pg = client as {
    query(query: { text: string; handleReadyForQuery(): void; handleError(error: Error): void }): unknown
  }
  const query = pg.query.bind(pg)
  pg.query = (submitted) => {
    if (submitted.text === text) {
      const ready = submitted.handleReadyForQuery.bind(submitted)
      submitted.handleReadyForQuery = () => {
        submitted.handleError(error)
        ready()
      }
    }
    return query(submitted)
  }
}
