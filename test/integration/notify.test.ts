import { afterAll, describe, expect, it } from 'vitest'
import type { Connection, Notification } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { openConnection } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

async function hearing(connection: Connection, channel: string): Promise<Notification[]> {
  const heard: Notification[] = []
  await connection.listen(channel, (notification) => heard.push(notification))
  return heard
}

const arrived = (heard: Notification[], count: number) =>
  eventually(() => heard.length >= count, { what: `${count} notifications` })

describe('notify', () => {
  it('sends a payload, or an empty one, and tells who sent it (txpostgres 49)', async () => {
    const connection = await openConnection(server)
    const heard = await hearing(connection, 'notified')
    expect(await connection.notify('notified', 'the first')).toBeUndefined()
    await connection.notify('notified')
    await arrived(heard, 2)
    const { processId } = connection
    expect(heard).toEqual([
      { channel: 'notified', payload: 'the first', processId },
      { channel: 'notified', payload: '', processId },
    ])
  })

  it.each([
    ['7999 bytes', 'x'.repeat(7999)],
    ['7999 bytes in characters of several', `${'ä'.repeat(3999)}x`],
    ['7996 bytes in characters outside the first plane', '🐘'.repeat(1999)],
    ['quotes, backslashes and line ends', `'"\\'\n\r\t$1 $$ ; --`],
  ])('carries %s unharmed', async (_, payload) => {
    const connection = await openConnection(server)
    const heard = await hearing(connection, 'notified')
    await connection.notify('notified', payload)
    await arrived(heard, 1)
    expect(heard[0]?.payload).toBe(payload)
  })

  it.each([
    ['8000 bytes', 'x'.repeat(8000)],
    ['8000 bytes in characters of two', 'ä'.repeat(4000)],
    ['8000 bytes in characters of four', '🐘'.repeat(2000)],
    ['a NUL', 'a\0b'],
  ])('refuses a payload of %s with RangeError, before any SQL', async (_, payload) => {
    const connection = await openConnection(server)
    const answer = connection.notify('notified', payload)
    expect(connection.pending).toBe(0)
    await expect(answer).rejects.toBeInstanceOf(RangeError)
  })

  it.each([
    ['an empty channel', ''],
    ['a channel of 64 bytes', 'x'.repeat(64)],
    ['a channel of 64 bytes in characters of two', 'ä'.repeat(32)],
    ['a channel with a NUL', 'a\0b'],
  ])('refuses %s with RangeError, before any SQL', async (_, channel) => {
    const connection = await openConnection(server)
    const answer = connection.notify(channel, 'x')
    expect(connection.pending).toBe(0)
    await expect(answer).rejects.toBeInstanceOf(RangeError)
    await expect(connection.listen(channel)).rejects.toBeInstanceOf(RangeError)
    await expect(connection.unlisten(channel)).rejects.toBeInstanceOf(RangeError)
    expect(connection.state).toBe('connected')
  })

  it.each([
    ['63 bytes', 'x'.repeat(63)],
    ['63 bytes in characters of several', `${'ä'.repeat(31)}x`],
    ['upper case', 'Notified'],
    ['quotes and dots', `or"de'rs.x`],
    ['spaces and line ends', ' a\nb '],
    ['a word of SQL', 'select'],
    ['what would inject', `x"; drop table pgs_precious; --`],
  ])('takes a channel of %s as it is, nothing truncated or folded', async (_, channel) => {
    const connection = await openConnection(server)
    const heard = await hearing(connection, channel)
    const folded = await hearing(connection, channel === 'Notified' ? 'notified' : 'notified other')
    const { rows } = await connection.query<{ name: string }>('select pg_listening_channels() as name')
    expect(rows.map(({ name }) => name)).toContain(channel)
    await connection.notify(channel, 'x')
    await arrived(heard, 1)
    expect(heard[0]?.channel).toBe(channel)
    expect(folded).toEqual([])
  })

  it('in a transaction goes out at its commit, and not at all when it rolls back', async () => {
    const connection = await openConnection(server)
    const heard = await hearing(connection, 'notified')
    await connection.transaction(async (tx) => {
      await tx.notify('notified', 'committed')
      await tx.query('select pg_sleep(0.02)')
      expect(heard).toEqual([])
    })
    await arrived(heard, 1)
    const fault = new Error('no')
    const undone = connection.transaction(async (tx) => {
      await tx.notify('notified', 'undone')
      throw fault
    })
    await expect(undone).rejects.toBe(fault)
    await connection.session((session) => session.notify('notified', 'by a session'))
    await arrived(heard, 2)
    expect(heard.map(({ payload }) => payload)).toEqual(['committed', 'by a session'])
  })
})
