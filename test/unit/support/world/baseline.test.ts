import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { expect, it } from 'vitest'
import { Baseline, socketsTo } from '../../../support/world/baseline.ts'

it('tells what is open that was not before', async () => {
  const server = createServer(() => {}).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const before = new Baseline()
  expect(before.excess).toEqual([])

  const timer = setTimeout(() => {}, 60_000)
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  process.on('SIGTERM', socket.destroy)
  expect(before.excess).toEqual(
    expect.arrayContaining([
      expect.stringContaining('resource TCPSocketWrap'),
      expect.stringContaining('resource Timeout'),
      expect.stringContaining('process listener SIGTERM'),
    ]),
  )
  expect(socketsTo(port)).toBe(1)

  process.off('SIGTERM', socket.destroy)
  clearTimeout(timer)
  socket.destroy()
  server.close()
  await once(server, 'close')
  expect(socketsTo(port)).toBe(0)
})
