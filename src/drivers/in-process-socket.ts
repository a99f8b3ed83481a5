// The other end of pg's `stream` option where there is no socket: it is connected at once, and what pg sets on a socket
// (lib/connection.js) means nothing to it.
import { Duplex } from 'node:stream'

export abstract class InProcessSocket extends Duplex {
  connect(): this {
    process.nextTick(() => {
      if (!this.destroyed) this.emit('connect')
    })
    return this
  }

  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  override _read(): void {
    // What there is was pushed, or said.
  }
}
