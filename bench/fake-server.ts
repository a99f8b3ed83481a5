// A server of a few lines on the other end of pg's `stream` option: no socket, no process, no noise. What is measured
// against it is the client alone.
import { InProcessSocket } from '../src/drivers/in-process-socket.ts'
import { int32, message, readyForQuery, welcome } from '../test/support/backend-messages.ts'

const hex = (digits: string): Buffer => Buffer.from(digits, 'hex')

const parseComplete = message('1')
const bindComplete = message('2')
const rowDescription = message(
  'T',
  hex('0002'),
  'id',
  hex('000000000000'),
  int32(23),
  hex('0004ffffffff0000'),
  'name',
  hex('000000000000'),
  int32(25),
  hex('ffffffffffff0000'),
)
const row = message('D', hex('0002'), int32(1), Buffer.from('7'), int32(9), Buffer.from('account 7'))
const answer = Buffer.concat([row, message('C', 'SELECT 1'), readyForQuery])
const emptyAnswer = Buffer.concat([message('I'), readyForQuery])

const codes = { parse: 0x50, describe: 0x44, query: 0x51, sync: 0x53 }
/** What is said at the Sync to each way of asking. */
const answers = new Map([
  [undefined, Buffer.concat([bindComplete, answer])],
  [codes.describe, Buffer.concat([bindComplete, rowDescription, answer])],
  [codes.parse, Buffer.concat([parseComplete, bindComplete, rowDescription, answer])],
])

/** pg writes each message as one chunk, so the first byte of a chunk says what it is. */
export class FakeServer extends InProcessSocket {
  readonly #isSilent: boolean
  #isStarted = false
  /** What more than a Bind came since the last Sync. */
  #asked: number | undefined
  #due: Buffer[] = []

  /** `isSilent`: takes the session in and answers no statement. */
  constructor({ isSilent = false } = {}) {
    super()
    this.#isSilent = isSilent
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.#hear(chunk)
    done()
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    for (const { chunk } of chunks) this.#hear(chunk)
    done()
  }

  /** Hangs up when the client has. */
  override _final(done: () => void): void {
    this.push(null)
    done()
  }

  #hear(chunk: Buffer): void {
    if (!this.#isStarted) {
      this.#isStarted = true
      this.#answer(welcome)
    } else if (this.#isSilent) return
    else if (chunk[0] === codes.parse) this.#asked = codes.parse
    else if (chunk[0] === codes.describe) this.#asked ??= codes.describe
    else if (chunk[0] === codes.query) this.#answer(emptyAnswer)
    else if (chunk[0] === codes.sync) {
      this.#answer(answers.get(this.#asked) as Buffer)
      this.#asked = undefined
    }
  }

  /** All that is due in one turn comes in one piece, as it would from a socket. */
  #answer(bytes: Buffer): void {
    if (this.#due.push(bytes) > 1) return
    setImmediate(() => {
      const due = this.#due
      this.#due = []
      this.push(due.length === 1 ? due[0] : Buffer.concat(due))
    })
  }
}
