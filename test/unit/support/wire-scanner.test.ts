import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { carries, completes, toMessage } from '../../support/proxy/wire-message.ts'
import { scannerPair, type WireScanner } from '../../support/proxy/wire-scanner.ts'

function opening(code: number, body = ''): Buffer {
  const bytes = Buffer.alloc(8 + Buffer.byteLength(body))
  bytes.writeUInt32BE(bytes.length, 0)
  bytes.writeUInt32BE(code, 4)
  bytes.write(body, 8)
  return bytes
}

function typed(type: string, body: string): Buffer {
  const bytes = Buffer.alloc(5 + Buffer.byteLength(body))
  bytes.write(type, 0)
  bytes.writeUInt32BE(bytes.length - 1, 1)
  bytes.write(body, 5)
  return bytes
}

const sslRequest = opening(80_877_103)
const startup = opening(196_608, 'user\0me\0\0')

/** Feeds `chunks` and puts together what lies between the ends the scanner finds. */
function messagesOf(scanner: WireScanner, chunks: Buffer[]): string[] {
  const messages: Buffer[][] = [[]]
  for (const chunk of chunks) {
    for (let rest = chunk; rest.length > 0; ) {
      const segment = scanner.next(rest)
      rest = rest.subarray(segment.bytes.length)
      messages.at(-1)!.push(segment.bytes)
      if (segment.endsMessage) messages.push([])
    }
  }
  return messages.map((parts) => Buffer.concat(parts).toString('latin1')).filter((bytes) => bytes !== '')
}

describe('the wire scanner', () => {
  it('finds the same messages however the stream is cut', () => {
    const cuts = fc.array(fc.nat({ max: 80 }), { maxLength: 12 })
    const bodies = fc.array(fc.string({ maxLength: 20 }), { maxLength: 5 })
    fc.assert(
      fc.property(bodies, cuts, (texts, places) => {
        const messages = [startup, ...texts.map((text) => typed('Q', `${text}\0`))]
        const stream = Buffer.concat(messages)
        const edges = [0, ...places.toSorted((a, b) => a - b), stream.length]
        const chunks = edges.slice(1).map((edge, index) => stream.subarray(edges[index], edge))
        expect(messagesOf(scannerPair().toServer, chunks)).toEqual(
          messages.map((bytes) => bytes.toString('latin1')),
        )
      }),
      { numRuns: 200 },
    )
  })

  it('follows a refused request for encryption', () => {
    const { toServer, toClient } = scannerPair()
    expect(messagesOf(toServer, [sslRequest])).toHaveLength(1)
    expect(messagesOf(toClient, [Buffer.from('N'), typed('R', 'ok')])).toHaveLength(2)
    expect(messagesOf(toServer, [startup, typed('p', 'secret\0'), typed('X', '')])).toHaveLength(3)
  })

  it('does not look for messages in encrypted bytes', () => {
    const { toServer, toClient } = scannerPair()
    messagesOf(toServer, [sslRequest])
    messagesOf(toClient, [Buffer.from('S')])
    expect(messagesOf(toServer, [Buffer.from('\x16\x03'), Buffer.from('any')])).toEqual(['\x16\x03', 'any'])
    expect(messagesOf(toClient, [Buffer.from('\x16\x03'), Buffer.from('any')])).toEqual(['\x16\x03', 'any'])
  })
})

describe('a wire message', () => {
  it('tells its type and text', () => {
    expect(toMessage(typed('Q', 'select 1\0'))).toMatchObject({ type: 'Q', text: 'select 1' })
    expect(toMessage(startup)).toMatchObject({ type: '', text: 'user\0me\0' })
  })

  it('carries SQL as a simple query or as a parse', () => {
    const carriesCommit = carries(/^commit/i)
    expect(carriesCommit(toMessage(typed('Q', 'COMMIT\0')))).toBe(true)
    expect(carriesCommit(toMessage(typed('P', 'name\0commit\0\0\0')))).toBe(true)
    expect(carriesCommit(toMessage(typed('P', 'commit\0select 1\0\0\0')))).toBe(false)
    expect(carriesCommit(toMessage(typed('B', '\0commit\0')))).toBe(false)
  })

  it('completes a command by its tag', () => {
    const isCommitted = completes('COMMIT')
    expect(isCommitted(toMessage(typed('C', 'COMMIT\0')))).toBe(true)
    expect(isCommitted(toMessage(typed('C', 'ROLLBACK\0')))).toBe(false)
    expect(isCommitted(toMessage(typed('Q', 'COMMIT\0')))).toBe(false)
  })
})
