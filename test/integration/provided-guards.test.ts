import { expect, it } from 'vitest'
import { Connection, sqlState } from '../../src/index.ts'
import { connectionMachine } from '../../src/machines.ts'
import { testServer } from '../support/test-server.ts'

it('a chart with a guard of the user judges by that guard', async () => {
  await using server = await testServer()
  const isDead = sqlState('22012')
  const strict = connectionMachine.provide({ guards: { isDead: (_, { failure }) => isDead(failure) } })
  await using connection = await new Connection(server.url, strict).connect()
  const before = connection.processId
  const lost = new Promise((resolve) => {
    connection.on('lost', ({ failure }) => resolve(failure.code))
  })

  await expect(connection.query('select 1 / 0')).rejects.toMatchObject({ code: '22012' })

  expect(await lost).toBe('22012')
  await connection.ready()
  expect(connection.processId).not.toBe(before)
})
