// What a client says, cut into groups that PGlite can answer at once. PGlite reads the protocol out of one buffer, in this
// process: a message that is not whole, or a COPY FROM STDIN whose data is not behind it, makes it read past the end and
// takes the process with it (seen with 0.5.16). So it gets whole messages only, each followed by a refusal to send data,
// which means nothing where none is asked for (PostgreSQL docs, 54.2.6 COPY Operations).

import type { Group } from './pglite-database.ts'

/** `startup`: begins a session · `tls`: asks for an encrypted one · `ask`: to be answered, to its ReadyForQuery or Flush. */
export type FrontendGroup =
  | { readonly type: 'startup'; readonly database: string }
  | { readonly type: 'tls' }
  | ({ readonly type: 'ask' } & Group)

const query = 0x51 // Q
const execute = 0x45 // E
/** Query, Sync, FunctionCall, Flush. */
const ending = new Set([query, 0x53, 0x46, 0x48])
/** Terminate, which the stream's end says as well; CopyData, CopyDone, CopyFail, of which ours has taken the place. */
const passedOver = new Set([0x58, 0x64, 0x63, 0x66])
const sslRequest = 80_877_103
const gssRequest = 80_877_104

const noData = ((reason: string): Buffer => {
  const body = Buffer.from(`${reason}\0`)
  const message = Buffer.alloc(5 + body.length)
  message.write('f')
  message.writeInt32BE(4 + body.length, 1)
  body.copy(message, 5)
  return message
})('PGlite takes no COPY FROM STDIN; use INSERT, or another driver')

export class FrontendReader {
  #rest: Buffer = Buffer.alloc(0)
  #group: Buffer[] = []
  #isIntroduced = false

  /** The groups that are whole with this chunk, in order. */
  read(chunk: Buffer): FrontendGroup[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const groups: FrontendGroup[] = []
    for (;;) {
      const lengthAt = this.#isIntroduced ? 1 : 0
      if (this.#rest.length < lengthAt + 4) return groups
      const length = lengthAt + this.#rest.readInt32BE(lengthAt)
      if (this.#rest.length < length) return groups
      const message = this.#rest.subarray(0, length)
      this.#rest = this.#rest.subarray(length)
      const group = this.#isIntroduced ? this.#gather(message) : this.#introduced(message)
      if (group !== undefined) groups.push(group)
    }
  }

  #introduced(message: Buffer): FrontendGroup {
    const code = message.readInt32BE(4)
    if (code === sslRequest || code === gssRequest) return { type: 'tls' }
    this.#isIntroduced = true
    return { type: 'startup', database: databaseIn(message) }
  }

  #gather(message: Buffer): FrontendGroup | undefined {
    const type = message[0]!
    if (passedOver.has(type)) return undefined
    this.#group.push(message)
    if (type === query || type === execute) this.#group.push(noData)
    if (!ending.has(type)) return undefined
    const isEmpty = type === query && message.length === 6 && this.#group.length === 2
    const bytes = Buffer.concat(this.#group)
    this.#group = []
    return { type: 'ask', bytes, isEmpty }
  }
}

/** A server without a database of that name has one of the user's. */
function databaseIn(startup: Buffer): string {
  const words = startup.subarray(8).toString().split('\0')
  const parameters = new Map<string, string>()
  for (let at = 0; at + 1 < words.length && words[at] !== ''; at += 2)
    parameters.set(words[at]!, words[at + 1]!)
  return parameters.get('database') ?? parameters.get('user') ?? ''
}
