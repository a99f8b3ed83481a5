import type { Socket } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { errorResponse, message, readyForQuery, welcome } from '../support/backend-messages.ts'
import { fakeServer } from '../support/fake-server.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld, type World } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

const connectTimeoutMs = 500

function dialled(world: World, { host, port }: { host: string; port: number }): Promise<unknown> {
  const { user, password } = server
  return world.connection({ connectionString: '', host, port, user, password, connectTimeoutMs }).connect()
}

const mechanisms = message('R', 10, 'SCRAM-SHA-256', Buffer.from([0]))
const continued = (text: string): Buffer => message('R', 11, Buffer.from(text))
const finished = message('R', 12, Buffer.from('v=bm90IHRoZSBzaWduYXR1cmU='))
const nonceOf = (chunk: Buffer): string => /r=([^,]*)/.exec(chunk.toString('latin1'))?.[1] ?? ''

/** What it says to each chunk that the client sends, by how many came before. */
const ways: Record<string, (chunk: Buffer, before: number) => Buffer | undefined> = {
  'asks for two thousand million rounds of SCRAM': (chunk, before) =>
    before === 0 ? mechanisms : continued(`r=${nonceOf(chunk)}more,s=c2FsdA==,i=2147483647`),
  'answers with a nonce that is not ours': (_, before) =>
    before === 0 ? mechanisms : continued('r=notours,s=c2FsdA==,i=4096'),
  'signs wrongly and goes on as if it had not': (chunk, before) => {
    if (before === 0) return mechanisms
    if (before === 1) return continued(`r=${nonceOf(chunk)}more,s=c2FsdA==,i=4096`)
    return Buffer.concat([finished, welcome])
  },
  'refuses, and then says that it is ready': () =>
    Buffer.concat([errorResponse('FATAL', 'FATAL', '28P01', 'no'), readyForQuery]),
  'announces a message of two gigabytes': () => Buffer.from([0x52, 0x7f, 0xff, 0xff, 0xff, 0, 0]),
  'tells an error of ten megabytes': () => errorResponse('FATAL', 'FATAL', 'XX000', 'x'.repeat(10_000_000)),
}

/** Says the same thing for as long as somebody listens. */
function endlessly(socket: Socket, bytes: Buffer): void {
  const timer = setInterval(() => socket.write(bytes), 5)
  socket.once('close', () => clearInterval(timer))
}

describe('a server that', () => {
  it.each(Object.entries(ways))('%s gets no session out of it', async (_, answer) => {
    await using fake = await fakeServer((socket, chunk, before) => {
      const bytes = answer(chunk, before)
      if (bytes !== undefined) socket.write(bytes)
    })
    await using world = await openWorld({ server })
    await expect(dialled(world, fake)).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      failure: { phase: 'connecting' },
    })
    expect(fake.accepted).toBe(1)
  })

  it.each([
    ['notices', message('N', 'SNOTICE', 'VNOTICE', 'C00000', 'Mon and on', Buffer.from([0]))],
    ['parameters', message('S', 'on', 'and on')],
  ])('never stops telling %s costs no more than its deadline', async (_, bytes) => {
    await using fake = await fakeServer((socket, _chunk, before) => before === 0 && endlessly(socket, bytes))
    await using world = await openWorld({ server })
    await expect(dialled(world, fake)).rejects.toMatchObject({ failure: { kind: 'timeout' } })
  })
})
