import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Connection, type ConnectionConfig, ConnectionLostError } from '../../../src/index.ts'
import { commandComplete, errorResponse, readyForQuery } from '../../support/backend-messages.ts'
import { errorOf } from '../../support/error-of.ts'
import { eventually } from '../../support/eventually.ts'
import { SpokenStream } from '../../support/spoken-stream.ts'
import { eachAutoPrepare } from './bare-client.ts'

// As under lc_messages = 'ru_RU.UTF-8'; the embedded server has no translations, so a test speaks in its place.
const fatal = errorResponse('ВАЖНО', 'FATAL', '57P01', 'закрытие подключения по команде администратора')
const error = errorResponse('ОШИБКА', 'ERROR', '57P01', 'сказано пользователем')

/** Falls silent for ever at `die`, as a terminated backend does, and raises what looks the same at `raise`. */
const backend = (): SpokenStream =>
  new SpokenStream(({ type, text }, { say, hangUp }) => {
    if (type !== 'Q') return
    if (text === 'die') {
      say(fatal)
      hangUp()
    } else if (text === 'raise') say(Buffer.concat([error, readyForQuery]))
    else say(commandComplete('SELECT 0'))
  })

async function connected(config: ConnectionConfig) {
  const streams: SpokenStream[] = []
  const connection = new Connection({
    ...config,
    host: 'russia',
    user: 'nobody',
    monitors: [],
    stream: () => {
      const stream = backend()
      streams.push(stream)
      return stream
    },
  })
  const heard: string[] = []
  for (const type of ['lost', 'connected'] as const) connection.on(type, () => heard.push(type))
  await connection.connect()
  onTestFinished(() => connection.end())
  return { connection, streams, heard }
}

describe('P10: the severity of an error', () => {
  it('comes in the language of the server on bare pg, and FATAL is nowhere to be found', async () => {
    const client = new pg.Client({ user: 'nobody', stream: backend })
    client.on('error', () => undefined)
    await client.connect()
    const said = (await errorOf(client.query('die'))) as pg.DatabaseError
    expect(said).toMatchObject({ code: '57P01', severity: 'ВАЖНО' })
    expect(Object.values(said)).not.toContain('FATAL')
  })

  describe.each(eachAutoPrepare)('fenced, %o', (config) => {
    it('decides nothing: a FATAL in any language ends the session with a statement in flight', async () => {
      const { connection, streams, heard } = await connected({ ...config, whileDown: { waitMs: 5000 } })
      const died = (await errorOf(connection.query('die'))) as ConnectionLostError
      expect(died).toBeInstanceOf(ConnectionLostError)
      expect(died).toMatchObject({ outcome: 'unknown', failure: { code: '57P01' } })
      expect((await connection.query('select')).command).toBe('SELECT')
      expect(streams).toHaveLength(2)
      expect(heard).toEqual(['connected', 'lost', 'connected'])
    })

    it('decides nothing: a FATAL in any language ends an idle session', async () => {
      const { connection, streams, heard } = await connected(config)
      streams[0]?.say(fatal)
      streams[0]?.hangUp()
      await eventually(() => expect(heard).toEqual(['connected', 'lost', 'connected']), { what: 'recovery' })
      expect((await connection.query('select')).command).toBe('SELECT')
    })

    it('decides nothing: an ERROR of the same code in any language leaves the session as it was', async () => {
      const { connection, streams, heard } = await connected(config)
      const asked = ['select', 'raise', 'select'].map((text) => errorOf(connection.query(text)))
      const raised = expect.objectContaining({ code: '57P01', severity: 'ОШИБКА' })
      expect(await Promise.all(asked)).toEqual([undefined, raised, undefined])
      expect(streams).toHaveLength(1)
      expect(heard).toEqual(['connected'])
    })
  })
})
