import { channel } from 'node:diagnostics_channel'
import { afterAll, describe, expect, it } from 'vitest'
import { Connection } from '../../src/index.ts'
import type { RequestWatcher } from '../../src/machines/mailbox/request-watch.ts'
import { wiringOf } from '../../src/machines/wiring.ts'
import { worldOfTest } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

function listeningTo(connection: Connection, into: string[], mark = ''): () => void {
  const watcher: RequestWatcher = {
    asked: ({ text }) => into.push(`${mark}asked ${text}`),
    written: ({ text }) => into.push(`${mark}written ${text}`),
    settled: ({ text }, error) => into.push(`${mark}${error === undefined ? 'answered' : 'failed'} ${text}`),
  }
  return wiringOf(connection.actor.getSnapshot().context)!.watchRequests(watcher)
}

describe('who watches the requests of a connection', () => {
  it('sees each asked, written and settled, until it stops, whoever else watches', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect()
    const told: string[] = []
    const stop = listeningTo(connection, told)
    const others: string[] = []
    const stopOther = listeningTo(connection, others, 'other ')
    await connection.query('select 1')
    await connection.query('select 1/0').catch(() => undefined)
    stop()
    await connection.query('select 2')
    stopOther()
    await connection.query('select 3')
    expect(told).toEqual([
      ...['asked select 1', 'written select 1', 'answered select 1'],
      ...['asked select 1/0', 'written select 1/0', 'failed select 1/0'],
    ])
    expect(others.slice(-3)).toEqual([
      'other asked select 2',
      'other written select 2',
      'other answered select 2',
    ])
  })
})

describe('the diagnostics channel pg-supervisor:connection', () => {
  it('tells of each new connection', () => {
    const born: unknown[] = []
    const hear = (message: unknown) => void born.push((message as { connection: unknown }).connection)
    const births = channel('pg-supervisor:connection')
    births.subscribe(hear)
    const connection = new Connection({ host: 'localhost' })
    births.unsubscribe(hear)
    const unheard = new Connection({ host: 'localhost' })
    expect(born.map((one) => one === connection)).toEqual([true])
    expect(unheard.state).toBe('idle')
  })
})
