import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * A port nobody listens on, below the ranges from which Linux (32768 up) and macOS (49152 up) take the ports of
 * outgoing connections. There a client knocking at a stopped server's port can be given that very port, connect to
 * itself, and keep the server from ever coming back.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = randomInt(10_240, 32_768)
    if (await isFree(port)) return port
  }
  throw new Error('found no free port between 10240 and 32767 on 127.0.0.1')
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return true
  } catch {
    return false
  } finally {
    if (server.listening) {
      server.close()
      await once(server, 'close')
    }
  }
}
