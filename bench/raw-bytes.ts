// The bound: what this machine and its server allow a client that does nothing for its callers. It writes the bytes that ours
// writes for a named statement, each turn's in one write, and finds in what comes back only where an answer ends.
import type { Socket } from 'node:net'
import pg from 'pg'
import type { Client, Opener, Statement } from './clients.ts'

const readyForQuery = 0x5a
const headerBytes = 5

export const rawBytes: Opener = async ({ url }) => {
  const client = new pg.Client(url)
  await client.connect()
  // pg makes the session and names the statement; from then on its socket is ours.
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection
  const waiting: (() => void)[] = []
  let unread: Buffer = Buffer.alloc(0)
  let bytes: Buffer | undefined
  let preparing: Promise<void> | undefined

  function read(chunk: Buffer): void {
    const all = unread.length === 0 ? chunk : Buffer.concat([unread, chunk])
    let at = 0
    while (all.length - at >= headerBytes) {
      const end = at + 1 + all.readInt32BE(at + 1)
      if (end > all.length) break
      if (all[at] === readyForQuery) waiting.shift()?.()
      at = end
    }
    unread = all.subarray(at)
  }

  async function prepare(statement: Statement): Promise<void> {
    await client.query(statement)
    stream.removeAllListeners('data').on('data', read)
    bytes = ask(statement)
  }

  /** The first statement is the one that is asked ever after. */
  const query: Client['query'] = async (statement) => {
    preparing ??= prepare(statement)
    if (bytes === undefined) await preparing
    stream.cork()
    process.nextTick(() => stream.uncork())
    stream.write(bytes as Buffer)
    return new Promise<void>((resolve) => waiting.push(resolve))
  }
  return {
    name: 'raw bytes',
    query,
    transaction: () => Promise.reject(new Error('raw bytes know no transactions')),
    close: () => client.end(),
  }
}

/** Bind, Execute, Sync (PostgreSQL docs, 54.7), its values as text. */
function ask({ name = '', values }: Statement): Buffer {
  const parameters = values.flatMap((value) => {
    const text = Buffer.from(String(value))
    return [int32(text.length), text]
  })
  const bind = [Buffer.from(`\0${name}\0`), int16(0), int16(values.length), ...parameters, int16(0)]
  return Buffer.concat([message('B', bind), message('E', [Buffer.from('\0'), int32(0)]), message('S', [])])
}

function message(type: string, parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body])
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}
