import { afterAll, describe, expect, it } from 'vitest'
import { lacksMounts, smallDisk } from '../support/small-disk.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

const lack = lacksMounts()
const filler = `insert into filled select repeat(md5(random()::text), 60) from generate_series(1, $1::int)`

async function dataFolder(): Promise<string> {
  const [where] = await server.sql<{ data_directory: string }>('show data_directory')
  return where!.data_directory
}

describe('a full disk', () => {
  it('of a tablespace is an error of the statement, and the session lives', async (context) => {
    server.mustBeStoppable(context)
    context.skip(lack !== undefined, lack)
    using disk = smallDisk(4, await dataFolder())
    await server.sql(`create tablespace small location '${disk.path}'`)
    {
      await using world = await openWorld({ server, connections: 1 })
      const connection = world.connections[0]!
      await connection.query('create table filled (text text) tablespace small')
      const before = world.write(connection)
      const filling = connection.query(filler, [10_000])
      const behind = world.write(connection)
      await expect(filling).rejects.toMatchObject({ code: '53100', severity: 'ERROR' })
      await Promise.all([before, behind])
      expect(world.noticesOf(connection, 'lost')).toEqual([])
      await connection.query('drop table filled')
    }
    await server.sql('drop tablespace small')
  })
})
