// One direction of a proxied connection: bytes come in from `source` and leave for `sink`, unless a fault has them.
import type { Socket } from 'node:net'
import { DelayLine } from './delay-line.ts'
import type { Faults } from './faults.ts'
import { toMessage } from './wire-message.ts'
import type { Segment, WireScanner } from './wire-scanner.ts'

export class Lane {
  readonly #source: Socket
  readonly #sink: Socket
  readonly #scanner: WireScanner
  readonly #faults: Faults
  readonly #delayLine: DelayLine
  /** The begun message that an interceptor may want; empty while nobody wants any. */
  #gathered: Buffer[] = []
  /** A message has been passed on in part, so its rest must follow. */
  #isMidMessage = false
  /** What came after a held message; `undefined` while none is held. */
  #heldBack: Buffer[] | undefined
  #sourceHasEnded = false
  #isSevered = false

  constructor(source: Socket, sink: Socket, scanner: WireScanner, faults: Faults) {
    this.#source = source
    this.#sink = sink
    this.#scanner = scanner
    this.#faults = faults
    this.#delayLine = new DelayLine(faults)
    source.on('data', (chunk: Buffer) => this.#receive(chunk))
    source.on('end', () => {
      this.#sourceHasEnded = true
      this.#passEndOn()
    })
  }

  /** Sends bytes on, through whatever is wrong with the cable behind this point. */
  forward(bytes: Buffer): void {
    if (this.#faults.swallows) this.sever()
    if (this.#isSevered) return
    for (const slice of this.#faults.slices(bytes)) this.#delayLine.pass(() => this.#write(slice))
  }

  /** Keeps everything from here on, until `letGo()`. */
  hold(): void {
    this.#heldBack = []
  }

  /** Sends `bytes` on in place of the held message, then what came after it. */
  letGo(bytes: Buffer = Buffer.alloc(0)): void {
    const waiting = this.#heldBack ?? []
    this.#heldBack = undefined
    this.forward(bytes)
    for (const chunk of waiting) this.#receive(chunk)
    if (this.#sourceHasEnded) this.#passEndOn()
  }

  /** Moves on what a frozen cable kept. */
  thaw(): void {
    this.#delayLine.run()
  }

  /** Nothing comes through any more, not even the end: once bytes are lost, TCP delivers none of those behind them. */
  sever(): void {
    this.#isSevered = true
    this.#delayLine.discard()
  }

  #receive(chunk: Buffer): void {
    if (this.#heldBack) this.#heldBack.push(chunk)
    else if (this.#faults.interceptors.size > 0 || this.#gathered.length > 0) this.#sift(chunk)
    else this.#passWhole(chunk)
  }

  // As it came: who counts writes behind the proxy shall find what was in front of it.
  #passWhole(chunk: Buffer): void {
    for (let rest = chunk; rest.length > 0; ) rest = rest.subarray(this.#scan(rest).bytes.length)
    this.forward(chunk)
  }

  #scan(bytes: Buffer): Segment {
    const segment = this.#scanner.next(bytes)
    this.#isMidMessage = !segment.endsMessage
    return segment
  }

  #sift(chunk: Buffer): void {
    for (let rest = chunk; rest.length > 0; ) {
      if (this.#heldBack) {
        this.#heldBack.push(rest)
        return
      }
      const beganBefore = this.#isMidMessage && this.#gathered.length === 0
      const segment = this.#scan(rest)
      rest = rest.subarray(segment.bytes.length)
      if (beganBefore) this.forward(segment.bytes)
      else this.#gather(segment)
    }
  }

  #gather(segment: Segment): void {
    this.#gathered.push(segment.bytes)
    if (!segment.endsMessage) return
    const message = toMessage(Buffer.concat(this.#gathered.splice(0)))
    const taker = [...this.#faults.interceptors].find((interceptor) => interceptor.wants(message))
    if (taker) {
      this.#faults.interceptors.delete(taker)
      taker.take(message, this)
    } else {
      this.forward(message.bytes)
    }
  }

  #passEndOn(): void {
    if (this.#heldBack) return
    this.forward(Buffer.concat(this.#gathered.splice(0)))
    if (this.#faults.swallows) this.sever()
    if (!this.#isSevered) this.#delayLine.pass(() => this.#sink.end())
  }

  #write(bytes: Buffer): void {
    if (!this.#sink.writable || this.#sink.write(bytes) || this.#source.isPaused()) return
    this.#source.pause()
    this.#sink.once('drain', () => this.#source.resume())
  }
}
