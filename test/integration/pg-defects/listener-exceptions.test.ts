import pg from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import type { ConnectionConfig } from '../../../src/index.ts'
import { commandComplete, errorResponse, message, readyForQuery } from '../../support/backend-messages.ts'
import { errorOf } from '../../support/error-of.ts'
import { eventually } from '../../support/eventually.ts'
import { worldOfTest } from '../../support/open-connection.ts'
import { SpokenStream } from '../../support/spoken-stream.ts'
import { testServer } from '../../support/test-server.ts'
import { eachAutoPrepare } from './bare-client.ts'

const server = await testServer()
afterAll(() => server.dispose())

const divisionByZero = Buffer.concat([
  errorResponse('ERROR', 'ERROR', '22012', 'division by zero'),
  readyForQuery,
])
const notification = message('A', 4711, 'channel', 'payload')
const thrown = 'thrown by a listener'
const no = (): never => {
  throw new Error(thrown)
}

/** bare pg on a stream on which we say what the server says. */
async function spokenTo() {
  const stream = new SpokenStream()
  const client = new pg.Client({ user: 'nobody', stream: () => stream, pipeline: true })
  client.on('error', () => undefined)
  await client.connect()
  const told: unknown[] = []
  const ask = (text: string) =>
    client.query(text).then(
      ({ command }) => told.push(`${text}: ${command}`),
      (error: { code: string }) => told.push(`${text}: ${error.code}`),
    )
  return { stream, client, told, ask }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('P5: an exception out of a listener', () => {
  it('to notifications leaves answers unread on bare pg, and reads them again later', async () => {
    const { stream, client, told, ask } = await spokenTo()
    client.on('notification', no)
    const asked = ['one', 'two'].map(ask)
    expect(() => stream.say(Buffer.concat([notification, commandComplete('ONE')]))).toThrow(thrown)
    await turn()
    expect(told).toEqual([])
    // Everything again, the notification first: it would never end by itself.
    expect(() => stream.say(commandComplete('TWO'))).toThrow(thrown)
    client.removeAllListeners('notification')
    stream.say(notification)
    await Promise.all(asked)
    expect(told).toEqual(['one: ONE', 'two: TWO'])
  })

  it('to an error tells the next statement the same error on bare pg', async () => {
    const { stream, client, told, ask } = await spokenTo()
    void client.query(new pg.Query('select 1/0', no))
    expect(() => stream.say(divisionByZero)).toThrow(thrown)
    const asked = ask('innocent')
    stream.say(commandComplete('INNOCENT'))
    await asked
    expect(told).toEqual(['innocent: 22012'])
  })

  describe.each(eachAutoPrepare)('fenced, %o', (autoPrepare) => {
    // Beside its config, what the readers of rows are told: whatever reads them is at fault for every row.
    const culprits: [string, ConnectionConfig, string | undefined][] = [
      ['a logger', { logger: { debug: no, info: no, warn: no, error: no } }, undefined],
      ['an inspector', { inspect: no }, undefined],
      ['a death checker', { reconnect: { isDead: no } }, undefined],
      ['a lookup of type parsers', { types: { getTypeParser: no } }, thrown],
      ['a type parser', { types: { getTypeParser: () => no } }, thrown],
      ['a row mapper', { mapRow: no }, thrown],
    ]

    it.each(culprits)('in %s, neighbours get their own answers', async (what, config, told) => {
      const world = await worldOfTest(server)
      const connection = await world.connect({ ...autoPrepare, monitors: [], ...config })
      const rows = [1, 2, 3].map((n) => errorOf(connection.query('select $1::int as n', [n])))
      const count = (n: number) => connection.execute('select from generate_series(1, $1::int)', [n])
      expect(await Promise.all([1, 2, 3].map(count))).toEqual([1, 2, 3])
      const messages = (await Promise.all(rows)).map((error) => error?.message)
      expect(messages).toEqual([told, told, told])
      expect(await errorOf(connection.query('select 1/0'))).toMatchObject({ code: '22012' })
      // A checker that throws counts as a verdict of death.
      if (what === 'a death checker') await world.told(connection, 'connected', 2)
      expect(await count(4)).toBe(4)
    })

    it('to anything that a connection tells, nobody else notices', async () => {
      const world = await worldOfTest(server)
      const connection = await world.connect(autoPrepare)
      const heard: string[] = []
      connection.addNotifyObserver(no)
      await connection.listen('channel', no)
      await connection.listen('channel', ({ payload }) => heard.push(payload))
      for (const type of ['notification', 'state', 'notice', 'listenerError'] as const)
        connection.on(type, no)
      connection.actor.on('notification', () => undefined)
      const asked = [1, 2, 3, 4, 5].map(async (n) => {
        const { rows } = await connection.query('select $1::int as n, pg_notify($2, $3)', [
          n,
          'channel',
          `${n}`,
        ])
        return rows[0].n
      })
      expect(await Promise.all(asked)).toEqual([1, 2, 3, 4, 5])
      await eventually(() => expect(heard).toEqual(['1', '2', '3', '4', '5']), { what: 'all is heard' })
    })
  })
})
