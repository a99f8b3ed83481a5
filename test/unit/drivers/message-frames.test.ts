import { describe, expect, it } from 'vitest'
import { MessageFrames } from '../../../src/drivers/message-frames.ts'
import { commandComplete, errorResponse, message, welcome } from '../../support/backend-messages.ts'

const error = errorResponse('FEHLER', 'ERROR', '22012', 'Division durch null')
const answer = Buffer.concat([
  message('D', Buffer.from([0, 1, 0, 0, 0, 1, 0x31])),
  commandComplete('SELECT 1'),
])
const conversation = Buffer.concat([
  welcome,
  answer,
  error,
  message('N', 'SWARNING', Buffer.from([0])),
  answer,
])

/** In chunks of so many bytes. */
function check(bytes: Buffer, chunkBytes = bytes.length): void {
  const frames = new MessageFrames()
  for (let at = 0; at < bytes.length; at += chunkBytes) frames.check(bytes.subarray(at, at + chunkBytes))
}

describe('what a server says', () => {
  it.each([1, 2, 3, 5, 7, 64, 100_000])('passes in chunks of %i bytes', (chunkBytes) => {
    expect(() => check(conversation, chunkBytes)).not.toThrow()
  })
})

const tooShort = [error.length - 1, error.length - 6, 7, 6, 5].map((length) =>
  message('E', error.subarray(5, length)),
)

describe('an error that is cut short', () => {
  it.each(tooShort.map((bytes) => [bytes.length, bytes] as const))('to %i bytes is found', (_, bytes) => {
    for (const chunkBytes of [1, 3, 100_000]) {
      const frames = () => check(Buffer.concat([answer, bytes, answer]), chunkBytes)
      expect(frames).toThrow('an error or notice of the server is cut short')
    }
  })

  it('is found when it is a notice', () => {
    expect(() => check(message('N', Buffer.from('SWARNING')))).toThrow('cut short')
  })
})

describe('a length that no message has', () => {
  it.each([0, 3, 0x4000_0001, 0xffff_ffff])('is found: %i', (length) => {
    const bytes = Buffer.from(answer)
    bytes.writeUInt32BE(length, 1)
    for (const chunkBytes of [1, 100_000]) expect(() => check(bytes, chunkBytes)).toThrow('impossible length')
  })
})

it('a message of many megabytes costs no memory, as it is not kept', () => {
  const frames = new MessageFrames()
  const chunk = Buffer.alloc(65_536)
  const head = Buffer.from([0x44, 0, 0, 0, 0])
  head.writeUInt32BE(4 + 1000 * chunk.length, 1)
  frames.check(head)
  for (let times = 0; times < 1000; times++) frames.check(chunk)
  expect(() => frames.check(answer)).not.toThrow()
})
