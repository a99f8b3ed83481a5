import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { Connection } from '../../../src/index.ts'
import { errorOf } from '../../support/error-of.ts'
import { openConnection } from '../../support/open-connection.ts'
import { testServer } from '../../support/test-server.ts'
import { type BareClient, bareClient, eachAutoPrepare } from './bare-client.ts'

const server = await testServer()
afterAll(() => server.dispose())
beforeEach(async () => {
  await server.sql('drop table if exists box, late')
  await server.sql('create table box as select 1 as a')
})

const box = (value: unknown) => ({
  name: 'p3',
  text: 'select * from box where a >= $1',
  values: [value],
})
const late = { name: 'late', text: 'select n from late' }
const createLate = 'create table late as select 7 as n'
const addColumn = 'alter table box add column b int'

/**
 * A Parse of a name fails; another use of the name waits behind something slow; a third comes when the first error is
 * known, a fourth when the second is. So the second error, which is an echo of the first Parse, arrives while the third
 * use's Parse is on its way.
 */
async function raceOver(asking: Pick<BareClient, 'query'> | Connection): Promise<Promise<unknown>[]> {
  const slow = { text: 'select pg_sleep(0.2)' }
  const first = asking.query(late)
  const slowly = asking.query(slow)
  const second = asking.query(late)
  const moreSlowly = asking.query(slow)
  await errorOf(first)
  await server.sql(createLate)
  const third = asking.query(late)
  await errorOf(Promise.race([second, third]))
  const fourth = asking.query(late)
  const all = [first, second, third, fourth, slowly, moreSlowly]
  for (const asked of all) asked.catch(() => undefined)
  return all
}

describe('P3: a name that the server has lost', () => {
  it.each([['discard all'], ['deallocate all']])('by %s stays lost on bare pg', async (lose) => {
    const client = await bareClient(server)
    await client.query(box(0))
    await client.query(lose)
    for (const _ of [1, 2, 3]) expect(await errorOf(client.query(box(0)))).toMatchObject({ code: '26000' })
  })

  it('to a change of its result stays lost on bare pg', async () => {
    const client = await bareClient(server)
    await client.query(box(0))
    await client.query(addColumn)
    for (const _ of [1, 2, 3]) expect(await errorOf(client.query(box(0)))).toMatchObject({ code: '0A000' })
  })

  it('to an error while it is parsed again is parsed once too often by bare pg', async () => {
    const [first, second, third, fourth] = (await raceOver(await bareClient(server))).map(errorOf)
    expect(await first).toMatchObject({ code: '42P01' })
    // The real error was that of the first; this one is of pg's making.
    expect(await second).toMatchObject({ code: '26000' })
    expect(await third).toBeUndefined()
    expect(await fourth).toMatchObject({ code: '42P05' })
  })

  describe.each(eachAutoPrepare)('fenced, %o', (config) => {
    describe.each([
      ['a name of its own', 'p3'],
      ['no name', undefined],
    ])('with %s', (_, name) => {
      const ask = async (connection: Connection) => {
        const { text, values } = box(0)
        return (await connection.query({ text, values, ...(name === undefined ? {} : { name }) })).rows
      }

      it.each([['discard all'], ['deallocate all']])('is found again after %s', async (lose) => {
        const connection = await openConnection(server, config)
        for (const _use of [1, 2, 3]) await ask(connection)
        await connection.query(lose)
        const uses = Array.from({ length: 20 }, () => ask(connection))
        expect(await Promise.all(uses)).toEqual(uses.map(() => [{ a: 1 }]))
        expect(await ask(connection)).toEqual([{ a: 1 }])
      })

      it('is found again when its result has changed', async () => {
        const connection = await openConnection(server, config)
        for (const _use of [1, 2, 3]) await ask(connection)
        await connection.query(addColumn)
        const uses = Array.from({ length: 20 }, () => ask(connection))
        expect(await Promise.all(uses)).toEqual(uses.map(() => [{ a: 1, b: null }]))
      })
    })

    it('to an error while it is parsed again tells nobody but whose error it was', async () => {
      const [first, ...others] = await raceOver(await openConnection(server, config))
      expect(await errorOf(first!)).toMatchObject({ code: '42P01' })
      expect(await Promise.all(others.map(errorOf))).toEqual(others.map(() => undefined))
    })
  })
})
