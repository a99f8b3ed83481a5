// Where the server's messages begin and end, looked at before pg's parser reads them. It believes every length, and the fields
// of an error or notice it reads to their terminator, beyond the message and beyond the buffer: one that is cut short has it
// read for ever (pg-protocol 1.16, parser.js, parseErrorMessage), with the whole process.

const errorResponse = 0x45
const noticeResponse = 0x4e
const headBytes = 5
/** PostgreSQL's own limit of a message, MaxAllocSize, and something. */
const longestMessage = 0x4000_0000

export class MessageFrames {
  /** Bytes of the present message that are still to come, and are nobody's concern. */
  #toSkip = 0
  /** The beginning of what can be judged only as a whole: a head, an error, a notice. */
  #kept: Buffer[] = []
  #keptBytes = 0
  #wantedBytes = 0

  /** @throws {Error} at what pg's parser must not see. */
  check(chunk: Buffer): void {
    if (this.#toSkip >= chunk.length) {
      this.#toSkip -= chunk.length
      return
    }
    const from = this.#toSkip
    this.#toSkip = 0
    if (this.#kept.length === 0) return this.#walk(chunk, from)
    this.#kept.push(chunk)
    this.#keptBytes += chunk.length
    if (this.#keptBytes < this.#wantedBytes) return
    const whole = Buffer.concat(this.#kept)
    this.#kept = []
    this.#walk(whole, 0)
  }

  #walk(bytes: Buffer, from: number): void {
    const end = bytes.length
    let at = from
    while (at + headBytes <= end) {
      const type = bytes[at]
      // Twice as fast as readInt32BE, and this is done for each row.
      const length = (bytes[at + 1]! << 24) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 8) | bytes[at + 4]!
      if (length < 4 || length > longestMessage)
        throw new Error('a message of the server has an impossible length')
      const next = at + 1 + length
      if (type === errorResponse || type === noticeResponse) {
        if (next > end) return this.#keep(bytes.subarray(at), 1 + length)
        checkFields(bytes, at + headBytes, next)
      }
      at = next
    }
    if (at > end) this.#toSkip = at - end
    else if (at < end) this.#keep(bytes.subarray(at), headBytes)
  }

  #keep(beginning: Buffer, wantedBytes: number): void {
    this.#kept = [beginning]
    this.#keptBytes = beginning.length
    this.#wantedBytes = wantedBytes
  }
}

/** Each a letter and a text that ends in NUL; behind the last one, another NUL (PostgreSQL docs, 54.7, ErrorResponse). */
function checkFields(bytes: Buffer, from: number, end: number): void {
  let at = from
  while (at < end && bytes[at] !== 0) {
    const terminator = bytes.indexOf(0, at + 1)
    if (terminator === -1) break
    at = terminator + 1
  }
  if (bytes[at] !== 0 || at >= end) throw new Error('an error or notice of the server is cut short')
}
