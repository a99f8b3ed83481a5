// One connection through the proxy: the client's socket, ours to the server, and a lane for each direction.
import type { Socket } from 'node:net'
import type { Faults } from './faults.ts'
import { Lane } from './lane.ts'
import { scannerPair } from './wire-scanner.ts'

export type Side = 'client' | 'server'
export type Direction = 'toServer' | 'toClient'

export class Link {
  readonly #sockets: Record<Side, Socket>
  readonly #lanes: Record<Direction, Lane>

  constructor(client: Socket, server: Socket, faults: Record<Direction, Faults>, onGone: () => void) {
    const scanners = scannerPair()
    this.#sockets = { client, server }
    this.#lanes = {
      toServer: new Lane(client, server, scanners.toServer, faults.toServer),
      toClient: new Lane(server, client, scanners.toClient, faults.toClient),
    }
    for (const [socket, other, way] of [
      [client, server, faults.toServer],
      [server, client, faults.toClient],
    ] as const) {
      socket.setNoDelay(true)
      // A reset travels like everything else: not through a black hole.
      socket.on('error', () => {
        if (!way.swallows) reset(other)
      })
      socket.on('close', () => {
        if (client.destroyed && server.destroyed) onGone()
      })
    }
  }

  /** Resets both connections: RST to either side. */
  cut(): void {
    reset(this.#sockets.client)
    reset(this.#sockets.server)
  }

  /** Ends one direction politely: FIN to that side, which can still send and be heard. */
  finish(side: Side): void {
    this.#lanes[side === 'client' ? 'toClient' : 'toServer'].sever()
    this.#sockets[side].end()
  }

  /** Nothing comes through any more, in either direction, and nobody is told. */
  sever(): void {
    this.#lanes.toServer.sever()
    this.#lanes.toClient.sever()
  }

  thaw(): void {
    this.#lanes.toServer.thaw()
    this.#lanes.toClient.thaw()
  }
}

function reset(socket: Socket): void {
  // Node loses a socket that is reset while its FIN is on the way ('reset EINVAL'): it is never closed, and the process
  // spins for ever when it ends (seen on 20.20).
  const isEnding = socket.writableEnded && !socket.writableFinished
  if (socket.pending || isEnding) socket.destroy()
  else if (!socket.destroyed) socket.resetAndDestroy()
}
