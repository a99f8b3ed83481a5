import { readdir } from 'node:fs/promises'
import pg from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import { serverAccount } from '../../embedded/account.ts'
import { clearAway } from '../../embedded/clear-away.mjs'
import { guardedFolder } from '../../embedded/cluster.ts'
import { startPostgres } from '../../embedded/postgres.ts'

const template = await guardedFolder(serverAccount())
afterAll(() => clearAway(template))

describe('a cluster template', () => {
  it('is filled once by many who come at the same time, and each gets a copy of its own', async () => {
    const servers = await Promise.all([1, 2, 3].map(() => startPostgres({ template })))
    try {
      expect(await readdir(template)).toEqual(['cluster'])
      expect(new Set(servers.map(({ folder }) => folder)).size).toBe(3)
      expect(new Set(servers.map(({ port }) => port)).size).toBe(3)
      for (const [index, server] of servers.entries()) {
        const client = new pg.Client(server.url)
        await client.connect()
        await client.query('create table mine as select $1::int as index', [index])
        expect((await client.query('select index from mine')).rows).toEqual([{ index }])
        await client.end()
      }
    } finally {
      await Promise.all(servers.map((server) => server.dispose()))
    }
  })

  it('outlives its copies', async () => {
    await using server = await startPostgres({ template })
    const client = new pg.Client(server.url)
    await client.connect()
    expect((await client.query(`select to_regclass('mine') as table`)).rows).toEqual([{ table: null }])
    await client.end()
  })
})
