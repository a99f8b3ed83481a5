import { setImmediate as turnOfLoop } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { PgliteDatabase, type Visitor } from '../../../src/drivers/pglite/pglite-database.ts'
import { PgliteDatabases } from '../../../src/drivers/pglite/pglite-databases.ts'

/** Answers each group with a ReadyForQuery; a text names the status. */
class FakePglite {
  readonly waitReady = Promise.resolve()
  readonly heard: string[] = []
  isClosed = false

  async execProtocolRaw(message: Uint8Array): Promise<Uint8Array> {
    const text = Buffer.from(message).toString('latin1')
    this.heard.push(text.replaceAll(/[^\w ]+/g, ' ').trim())
    if (text.includes('trap')) throw new Error('unreachable')
    return Buffer.from([0x5a, 0, 0, 0, 5, text.includes('begin') ? 0x54 : 0x49])
  }

  async close(): Promise<void> {
    this.isClosed = true
  }
}

class Guest implements Visitor {
  readonly replies: string[] = []
  failure: Error | undefined

  hear(reply: Buffer): void {
    this.replies.push(reply.toString('latin1'))
  }

  failed(error: Error): void {
    this.failure = error
  }
}

function open() {
  const pglite = new FakePglite()
  const database = new PgliteDatabase(async () => pglite)
  const guests = [new Guest(), new Guest()] as const
  for (const guest of guests) database.enter(guest)
  const ask = (guest: Guest, text: string, isEmpty = false) =>
    database.ask(guest, { bytes: Buffer.from(text), isEmpty }, () => undefined)
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) await turnOfLoop()
  }
  return { pglite, database, guests, ask, settle }
}

describe('a database that is shared', () => {
  it('answers in turns, and lets nobody into the transaction of another', async () => {
    const { pglite, guests, ask, settle } = open()
    for (const text of ['begin', 'a1', 'a2']) ask(guests[0], text)
    for (const text of ['b1', 'b2']) ask(guests[1], text)
    await settle()
    expect(pglite.heard).toEqual(['begin', 'a1', 'b1', 'a2', 'b2'])
  })

  it('answers an empty query at once, whoever has the turn', async () => {
    const { pglite, guests, ask, settle } = open()
    ask(guests[0], 'begin')
    await settle()
    ask(guests[1], '', true)
    ask(guests[1], 'b1')
    await settle()
    expect(guests[1].replies).toEqual(['I\0\0\0\x04Z\0\0\0\x05I'])
    expect(pglite.heard).toEqual(['begin'])
  })

  it('cancels what waits for its turn, and nothing else', async () => {
    const { pglite, database, guests, ask, settle } = open()
    ask(guests[0], 'begin')
    await settle()
    ask(guests[1], 'b1')
    ask(guests[1], 'b2')
    database.cancel(guests[1])
    database.cancel(guests[0])
    ask(guests[0], 'commit')
    await settle()
    expect(guests[1].replies[0]).toContain('C57014')
    expect(pglite.heard).toEqual(['begin', 'commit', 'b2'])
  })

  it('rolls back what a guest left open, before anybody else is answered', async () => {
    const { pglite, database, guests, ask, settle } = open()
    ask(guests[0], 'begin')
    await settle()
    ask(guests[1], 'b1')
    database.leave(guests[0])
    await settle()
    expect(pglite.heard).toEqual(['begin', 'S Q rollback', 'b1'])
  })

  it('is like a new one when the last guest has left', async () => {
    const { pglite, database, guests, settle } = open()
    database.leave(guests[0])
    database.leave(guests[1])
    await settle()
    expect(pglite.heard).toEqual(['Q discard all'])
  })

  it('fails everybody when it fails', async () => {
    const { database, guests, ask, settle } = open()
    ask(guests[0], 'trap')
    await settle()
    expect(guests.map(({ failure }) => failure?.message)).toEqual(['unreachable', 'unreachable'])
    const late = new Guest()
    database.enter(late)
    expect(late.failure?.message).toBe('unreachable')
  })
})

describe('the databases of a process', () => {
  it('are one for each place, and closed when the last owner has left', async () => {
    const started: FakePglite[] = []
    const databases = new PgliteDatabases(async () => {
      const pglite = new FakePglite()
      started.push(pglite)
      return pglite
    })
    const [one, other] = [{}, {}]
    const database = databases.join({ name: 'app' }, one)
    expect(databases.join({ name: 'app' }, other)).toBe(database)
    expect(databases.join({ folder: 'app' }, other)).not.toBe(database)
    await databases.release(one)
    expect(started.map(({ isClosed }) => isClosed)).toEqual([false, false])
    await databases.release(other)
    expect(started.map(({ isClosed }) => isClosed)).toEqual([true, true])
    expect(databases.join({ name: 'app' }, one)).not.toBe(database)
    await databases.release(one)
  })
})
