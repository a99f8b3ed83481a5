// Finds where messages begin and end in one direction of a connection, whatever pieces the bytes come in.
// Source: PostgreSQL documentation, chapter "Frontend/Backend Protocol", message formats.

/** A piece of one message: all of it, or as much of it as has come. */
export interface Segment {
  readonly bytes: Buffer
  readonly endsMessage: boolean
}

// What comes next: an untyped opening message, a typed one, the server's one byte about encryption, or bytes that
// nobody can read because they are encrypted.
type Expectation = 'opening' | 'typed' | 'answer' | 'ciphertext'

const headerLengths = { opening: 8, typed: 5, answer: 1 } as const
const encryptionRequests = [80_877_103, 80_877_104] // SSLRequest, GSSENCRequest

export class WireScanner {
  /** Called when a client asks for encryption, or a server agrees to it. */
  onEncryption: () => void = () => {}
  #expects: Expectation
  #header: number[] = []
  #bodyLeft = 0

  constructor(expects: 'opening' | 'typed') {
    this.#expects = expects
  }

  expect(next: 'answer' | 'ciphertext'): void {
    this.#expects = next
  }

  /** The first segment of `bytes`; the caller comes again with what is behind it. */
  next(bytes: Buffer): Segment {
    if (this.#expects === 'ciphertext') return { bytes, endsMessage: true }
    let at = 0
    const headerLength = headerLengths[this.#expects]
    if (this.#header.length < headerLength) {
      while (this.#header.length < headerLength && at < bytes.length) this.#header.push(bytes[at++]!)
      if (this.#header.length < headerLength) return { bytes, endsMessage: false }
      this.#bodyLeft = bodyLength(this.#expects, Buffer.from(this.#header))
    }
    const end = Math.min(at + this.#bodyLeft, bytes.length)
    this.#bodyLeft -= end - at
    const endsMessage = this.#bodyLeft === 0
    if (endsMessage) this.#finish(this.#expects)
    return { bytes: bytes.subarray(0, end), endsMessage }
  }

  #finish(finished: Exclude<Expectation, 'ciphertext'>): void {
    const header = Buffer.from(this.#header)
    this.#header = []
    const opensSession = finished === 'opening' && !encryptionRequests.includes(header.readUInt32BE(4))
    if (opensSession || finished === 'answer') this.#expects = 'typed'
    const asksOrAgrees =
      finished === 'answer' ? header.toString() !== 'N' : finished === 'opening' && !opensSession
    if (asksOrAgrees) this.onEncryption()
  }
}

// Lengths count themselves, but not the type byte before them.
function bodyLength(kind: keyof typeof headerLengths, header: Buffer): number {
  if (kind === 'answer') return 0
  const whole = kind === 'opening' ? header.readUInt32BE(0) : header.readUInt32BE(1) + 1
  return Math.max(0, whole - header.length)
}

/** Scanners for the two directions of one connection, which tell each other about encryption. */
export function scannerPair(): { toServer: WireScanner; toClient: WireScanner } {
  const toServer = new WireScanner('opening')
  const toClient = new WireScanner('typed')
  toServer.onEncryption = () => toClient.expect('answer')
  toClient.onEncryption = () => {
    toServer.expect('ciphertext')
    toClient.expect('ciphertext')
  }
  return { toServer, toClient }
}
