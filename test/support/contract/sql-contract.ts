// What every driver must do that speaks to PostgreSQL; what it declares to lack is tested as well, for it has to be lacking
// in a harmless way.
import { pipeline } from 'node:stream/promises'
import copy from 'pg-copy-streams'
import { describe, expect, it } from 'vitest'
import type { DriverCapabilities } from '../../../src/index.ts'
import { eventually } from '../eventually.ts'
import { openConnection, replaceSession, type Subject } from './subject.ts'

export function describeSqlContract(subject: () => Subject, capabilities: DriverCapabilities): void {
  describe('a query', () => {
    it('carries values there and rows back', async () => {
      const connection = await openConnection(subject())
      const values = [
        42,
        'häßlich \u{1F418}',
        null,
        true,
        ['a', 'b'],
        { deep: [1] },
        new Date(0),
        Buffer.from([0, 255]),
      ]
      const { rows, fields } = await connection.query(
        `select $1::int as a, $2::text as b, $3::int as c, $4::bool as d, $5::text[] as e, $6::jsonb as f,
          $7::timestamptz as g, $8::bytea as h`,
        values,
      )
      expect(Object.values(rows[0])).toEqual(values)
      expect(fields.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'])
    })

    it('may be several statements, and rows may be arrays', async () => {
      const connection = await openConnection(subject())
      expect((await connection.query('select 1 as n; select 2 as n')).rows).toEqual([{ n: 2 }])
      const { rows } = await connection.query({ text: 'values (1, 2), (3, 4)', rowMode: 'array' })
      expect(rows).toEqual([
        [1, 2],
        [3, 4],
      ])
    })

    it('may have a name, and gets one of ours when it is repeated', async () => {
      const connection = await openConnection(subject())
      const other = await openConnection(subject())
      for (const each of [1, 2, 3, 4, 5]) {
        const named = { name: 'twice', text: 'select $1::int * 2 as n', values: [each] }
        expect((await connection.query(named)).rows).toEqual([{ n: each * 2 }])
        expect((await other.query(named)).rows).toEqual([{ n: each * 2 }])
        expect((await connection.query('select $1::int + 1 as n', [each])).rows).toEqual([{ n: each + 1 }])
        expect((await other.query('select $1::int + 2 as n', [each])).rows).toEqual([{ n: each + 2 }])
      }
    })

    it('takes and brings ten megabytes', async () => {
      const connection = await openConnection(subject())
      const long = 'x'.repeat(10_000_000)
      const { rows } = await connection.query('select $1::text as long', [long])
      expect(rows[0].long.length).toBe(long.length)
    })
  })

  describe('a transaction', () => {
    it('commits, or leaves nothing behind', async () => {
      const connection = await openConnection(subject())
      await connection.query('drop table if exists contract')
      await connection.query('create table contract (id int primary key)')
      await connection.transaction(async (tx) => {
        await tx.query('insert into contract values (1)')
        const inner = tx.transaction((savepoint) => savepoint.query('insert into contract values (1)'))
        await expect(inner).rejects.toMatchObject({ code: '23505' })
        expect(connection.transactionStatus).toBe('inTransaction')
      })
      const failed = connection.transaction(async (tx) => {
        await tx.query('insert into contract values (2)')
        throw new Error('changed my mind')
      })
      await expect(failed).rejects.toThrow('changed my mind')
      expect(connection.transactionStatus).toBe('idle')
      expect((await connection.query('table contract')).rows).toEqual([{ id: 1 }])
    })

    it('that is cut off leaves nothing behind', async () => {
      const connection = await openConnection(subject())
      const other = await openConnection(subject())
      await connection.query('drop table if exists half')
      await connection.query('create table half (id int)')
      const half = connection.transaction(async (tx) => {
        await tx.query('insert into half values (1)')
        connection.destroy()
        await tx.query('insert into half values (2)')
      })
      await expect(half).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
      expect((await other.query('table half')).rows).toEqual([])
    })

    const beside = capabilities.sessions ? 'lets others work beside it' : 'holds up the others'
    it(`that is open ${beside}, and nothing of theirs gets into it`, async () => {
      const connection = await openConnection(subject())
      const other = await openConnection(subject())
      const order: string[] = []
      await connection.transaction(async (tx) => {
        await tx.query('select 1')
        const foreign = other
          .query('select pg_current_xact_id_if_assigned()')
          .then(() => order.push('beside'))
        if (capabilities.sessions) await foreign
        await tx.query('select 1')
        order.push('within')
      })
      await eventually(() => order.length === 2, { what: 'both are done' })
      expect(order).toEqual(capabilities.sessions ? ['beside', 'within'] : ['within', 'beside'])
    })
  })

  describe('what the server says unasked', () => {
    it('reaches listeners: notifications and notices', async () => {
      const connection = await openConnection(subject())
      const notices: string[] = []
      connection.on('notice', ({ notice }) => notices.push(notice.message))
      await using news = await connection.listen('contract news')
      await connection.query(`do $$ begin raise notice 'look'; end $$`)
      await connection.notify('contract news', 'read')
      for await (const notification of news) {
        expect(notification).toMatchObject({ channel: 'contract news', payload: 'read' })
        break
      }
      expect(notices).toEqual(['look'])
    })

    it('reaches every connection that listens, also in its next session', async () => {
      const connection = await openConnection(subject())
      const other = await openConnection(subject())
      const heard: string[] = []
      await connection.listen('contract all', ({ payload }) => heard.push(payload))
      await other.notify('contract all', 'one')
      await eventually(() => heard.length === 1, { what: 'the first is heard' })
      await replaceSession(subject(), connection)
      await other.notify('contract all', 'two')
      await eventually(() => heard.includes('two'), { what: 'the second is heard' })
      expect(heard).toEqual(['one', 'two'])
    })
  })

  describe('a cancel', () => {
    it('stops what waits for another, and hits nothing else', async () => {
      const connection = await openConnection(subject())
      const other = await openConnection(subject())
      await connection.query('drop table if exists locked')
      await connection.query('create table locked (id int)')
      const { behind } = await connection.transaction(async (tx) => {
        await tx.query('lock table locked')
        const controller = new AbortController()
        const waiting = other.query('table locked', [], { signal: controller.signal })
        const next = other.query('select 1 as n')
        setTimeout(() => controller.abort(new Error('too long')), 50)
        await expect(waiting).rejects.toThrow('too long')
        // Where there is one session, what is behind has to wait as well.
        if (capabilities.sessions) await next
        return { behind: next }
      })
      expect((await behind).rows).toEqual([{ n: 1 }])
    })
  })

  describe('COPY FROM STDIN', () => {
    it('without data is refused, and the session lives', async () => {
      const connection = await openConnection(subject())
      await connection.query('drop table if exists uncopied')
      await connection.query('create table uncopied (id int)')
      await expect(connection.query('copy uncopied from stdin')).rejects.toMatchObject({ code: '57014' })
      await expect(
        connection.query({ text: 'copy uncopied from stdin', queryMode: 'extended' } as never),
      ).rejects.toMatchObject({
        code: '57014',
      })
      await connection.query('select 1')
    })
  })

  if (capabilities.cancel) cancelsWhatRuns(subject)
  if (capabilities.copyIn) copiesIn(subject)
  if (capabilities.outages) hearsOfItsEnd(subject)
}

function cancelsWhatRuns(subject: () => Subject): void {
  it('stops a statement that runs, at its signal', async () => {
    const connection = await openConnection(subject())
    const controller = new AbortController()
    const { signal } = controller
    setTimeout(() => controller.abort(new Error('too long')), 100)
    const startedAt = performance.now()
    await expect(connection.query('select pg_sleep(10)', [], { signal })).rejects.toThrow('too long')
    expect(performance.now() - startedAt).toBeLessThan(5_000)
    await connection.query('select 1')
  })
}

function copiesIn(subject: () => Subject): void {
  it('takes the data of COPY FROM STDIN from a stream', async () => {
    const connection = await openConnection(subject())
    await connection.query('create temporary table copied (id int)')
    // pg lets streams into no pipeline.
    const client = Object.assign(connection.unsafeClient!, { pipeline: false })
    const sink = client.query(copy.from('copy copied from stdin'))
    await pipeline(async function* () {
      yield '1\n2\n'
    }, sink)
    expect((await connection.query('select sum(id)::int as sum from copied')).rows).toEqual([{ sum: 3 }])
  })
}

function hearsOfItsEnd(subject: () => Subject): void {
  it('hears that its session was ended by an administrator', async () => {
    const connection = await openConnection(subject())
    const other = await openConnection(subject())
    const lost = new Promise<unknown>((resolve) =>
      connection.on('lost', ({ failure }) => resolve(failure.code)),
    )
    await other.query('select pg_terminate_backend($1)', [connection.processId])
    expect(await lost).toBe('57P01')
  })
}
