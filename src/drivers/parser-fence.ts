// pg parses what comes in inside the socket's 'data' event. What its parser throws at a broken message, or whatever that
// message leads to, nobody could catch: it would end the process. And a parser that threw replays old replies with the next
// chunk. So it is asked no more, and what it threw is told.
import type { Duplex } from 'node:stream'
import { MessageFrames } from './message-frames.ts'
import type { PgConnection } from './pg-internals.ts'

/** pg 8.23.1, lib/connection.js: hands the stream to the parser, once it is connected and encrypted as it should be. */
interface Attaching extends PgConnection {
  attachListeners(stream: Duplex): void
}

type Hear = (chunk: Buffer) => void

/** `heard` is called at each chunk. It has no listener of its own, for pg-copy-streams insists on pg's being the only one. */
export function fenceParser(
  connection: PgConnection,
  heard: () => void,
  failed: (error: unknown) => void,
): void {
  const attaching = connection as Attaching
  attaching.attachListeners = (stream) => {
    const others = new Set(stream.listeners('data'))
    // It is done once; pg's own is behind ours, on the prototype.
    delete (attaching as Partial<Attaching>).attachListeners
    attaching.attachListeners(stream)
    for (const listener of stream.listeners('data') as Hear[]) {
      if (others.has(listener)) continue
      stream.off('data', listener)
      stream.on('data', fenced(listener, heard, failed))
    }
  }
}

function fenced(hear: Hear, heard: () => void, failed: (error: unknown) => void): Hear {
  const frames = new MessageFrames()
  let isBroken = false
  return (chunk) => {
    heard()
    if (isBroken) return
    try {
      frames.check(chunk)
      hear(chunk)
    } catch (error) {
      isBroken = true
      failed(error)
    }
  }
}
