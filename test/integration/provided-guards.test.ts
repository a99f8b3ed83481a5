import { expect, it } from 'vitest'
import { Connection, ConnectionClosedError, sqlState } from '../../src/index.ts'
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

it('a chart whose guard throws is closed for good, and nobody is left waiting', async () => {
  await using server = await testServer()
  const broken = connectionMachine.provide({
    guards: {
      isDead: () => {
        throw new Error('a judge that broke')
      },
    },
  })
  await using connection = await new Connection(server.url, broken).connect()
  const reported = new Promise((resolve) => {
    connection.on('listenerError', ({ during }) => resolve(during))
  })
  const failing = connection.query('select 1 / 0')
  const behind = connection.query('select pg_sleep(30)')

  await expect(failing).rejects.toMatchObject({ code: '22012' })
  await expect(behind).rejects.toBeInstanceOf(ConnectionClosedError)

  expect(await reported).toBe('the connection machine')
  expect(connection.state).toBe('closed')
  await expect(connection.query('select 1')).rejects.toBeInstanceOf(ConnectionClosedError)
  await expect(connection.connect()).rejects.toBeInstanceOf(ConnectionClosedError)
  await connection.end()
})
