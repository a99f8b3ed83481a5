// The other end of pg's `stream` option, spoken by a test: no socket, no server.
import { InProcessSocket } from '../../src/drivers/in-process-socket.ts'
import { welcome } from './backend-messages.ts'
import { toMessage, type WireMessage } from './proxy/wire-message.ts'

/**
 * Takes a session in and hands what the client says to `hear`, message by message.
 *
 * @example
 * const stream = new SpokenStream(({ type }, { say }) => {
 *   if (type === 'Q') say(commandComplete('SELECT 0'))
 * })
 */
export class SpokenStream extends InProcessSocket {
  readonly #hear: (message: WireMessage, stream: SpokenStream) => void
  #isOpen = false

  constructor(hear: (message: WireMessage, stream: SpokenStream) => void = () => undefined) {
    super()
    this.#hear = hear
  }

  /** What a socket would have read, at once: what its reader throws comes out here. */
  readonly say = (bytes: Buffer): void => {
    this.emit('data', bytes)
  }

  readonly hangUp = (): void => {
    this.push(null)
    this.destroy()
  }

  /** pg writes each message as one chunk. */
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    done()
    const isOpening = !this.#isOpen
    this.#isOpen = true
    // An answer never comes while the client is still speaking.
    setImmediate(() => {
      if (this.destroyed) return
      if (isOpening) this.say(welcome)
      else this.#hear(toMessage(chunk), this)
    })
  }

  override _final(done: () => void): void {
    done()
    this.hangUp()
  }
}
