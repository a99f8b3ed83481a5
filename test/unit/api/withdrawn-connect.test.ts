import { expect, it } from 'vitest'
import { createConnectionModel } from '../../../src/model/connection-model.ts'

it('a connect() that is aborted on a dead connection leaves nobody waiting for it, and tells nobody of another death', async () => {
  await using model = createConnectionModel({ reconnect: false })
  const { connection } = model
  await connection.connect()
  model.lose({ code: 'ECONNRESET' })
  await model.until('dead')
  const deaths: unknown[] = []
  connection.on('dead', (death) => deaths.push(death))

  model.freeze()
  const controller = new AbortController()
  const connecting = connection.connect({ signal: controller.signal })
  const waiting = [connection.ready(), connection.listen('news')]
  const told = Promise.allSettled([connecting, ...waiting])
  await model.settle()
  controller.abort(new Error('enough'))
  const dead = { status: 'rejected', reason: { code: 'CONNECTION_DEAD' } }
  expect(await told).toMatchObject([{ reason: { message: 'enough' } }, dead, dead])
  expect(model.state).toBe('dead')
  expect(deaths).toEqual([])
})
