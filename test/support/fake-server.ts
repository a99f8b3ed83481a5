// A server of a test's own behind a real socket, for what no real one can be brought to do.
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

export interface FakeServer extends AsyncDisposable {
  readonly host: string
  readonly port: number
  /** How many have connected so far. */
  readonly accepted: number
}

/** @param hear is told every chunk that a client sends, with how many came before it. */
export async function fakeServer(
  hear: (socket: Socket, chunk: Buffer, before: number) => unknown,
): Promise<FakeServer> {
  const sockets = new Set<Socket>()
  const listener = createServer((socket) => {
    let heard = 0
    accepted++
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (chunk) => hear(socket, chunk, heard++))
  })
  let accepted = 0
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  return {
    host: '127.0.0.1',
    port,
    get accepted() {
      return accepted
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      listener.close()
      await once(listener, 'close')
    },
  }
}
