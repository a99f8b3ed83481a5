import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { freePort } from '../../../embedded/free-port.ts'
import { eventually } from '../../support/eventually.ts'
import { openProxy, type TcpProxy } from '../../support/tcp-proxy.ts'

/** A socket and everything that happened to it. */
interface Endpoint {
  socket: Socket
  chunks: Buffer[]
  events: string[]
}

function watch(socket: Socket): Endpoint {
  const endpoint: Endpoint = { socket, chunks: [], events: [] }
  socket.on('data', (chunk) => endpoint.chunks.push(chunk))
  socket.on('end', () => endpoint.events.push('end'))
  socket.on('error', (error: NodeJS.ErrnoException) => endpoint.events.push(error.code ?? 'error'))
  return endpoint
}

const heardBy = ({ chunks }: Endpoint) => Buffer.concat(chunks).toString()

let server: Server
let proxy: TcpProxy
let accepted: Endpoint[]
let opened: Endpoint[]

beforeEach(async () => {
  accepted = []
  opened = []
  server = createServer({ allowHalfOpen: true }, (socket) => accepted.push(watch(socket)))
  const target = { host: '127.0.0.1', port: await freePort() }
  server.listen(target.port, target.host)
  await once(server, 'listening')
  proxy = await openProxy(target)
})

afterEach(() => {
  proxy.close()
  server.close()
  for (const { socket } of [...accepted, ...opened]) socket.destroy()
})

async function openClient(): Promise<Endpoint> {
  const endpoint = watch(connect({ host: proxy.host, port: proxy.port, allowHalfOpen: true, noDelay: true }))
  opened.push(endpoint)
  await once(endpoint.socket, 'connect')
  return endpoint
}

/** A client, and the server's end of its connection after they have greeted each other. */
async function openPair(): Promise<[client: Endpoint, peer: Endpoint]> {
  const before = accepted.length
  const client = await openClient()
  await eventually(() => accepted.length > before, { what: 'the server accepts' })
  const peer = accepted[before]!
  peer.socket.setNoDelay(true)
  await says(client, peer, 'hello')
  await says(peer, client, 'welcome')
  return [client, peer]
}

async function says(from: Endpoint, to: Endpoint, words: string): Promise<void> {
  const expected = heardBy(to) + words
  from.socket.write(words)
  await eventually(() => expect(heardBy(to)).toBe(expected), { what: `${words} arrives` })
}

/** Waits until whatever was sent on the proxy's cables before must have arrived: a second connection made the trip. */
async function meanwhile(): Promise<void> {
  for (let trip = 0; trip < 3; trip += 1) {
    const other = connect(server.address() as { port: number })
    opened.push(watch(other))
    await once(other, 'connect')
  }
}

describe('the proxy', () => {
  it('passes bytes in both directions and counts connections', async () => {
    const started = performance.now()
    const [client, peer] = await openPair()
    await openPair()
    expect([proxy.connections, proxy.totalAccepted]).toEqual([2, 2])
    expect(proxy.attempts.every((at) => at >= started && at <= performance.now())).toBe(true)
    client.socket.end()
    peer.socket.end()
    await eventually(() => proxy.connections === 1, { what: 'one connection is left' })
    expect(proxy.totalAccepted).toBe(2)
  })

  it('takes the place of the server in a url', () => {
    const url = proxy.urlOf('postgres://me:secret@db.internal:6432/app?application_name=a')
    expect(url).toBe(`postgres://me:secret@127.0.0.1:${proxy.port}/app?application_name=a`)
  })

  it('passes the end of one direction on and leaves the other open', async () => {
    const [client, peer] = await openPair()
    client.socket.end()
    await eventually(() => expect(peer.events).toEqual(['end']), { what: 'the server sees the end' })
    await says(peer, client, 'still here')
  })

  it('passes a reset on', async () => {
    const [client, peer] = await openPair()
    peer.socket.resetAndDestroy()
    await eventually(() => expect(client.events).toEqual(['ECONNRESET']), { what: 'the client is reset' })
  })

  it('resets a client when the server refuses', async () => {
    server.close()
    const client = await openClient()
    await eventually(() => expect(client.events).toEqual(['ECONNRESET']), { what: 'the client is reset' })
  })

  it('passes four megabytes unchanged to a reader that is slower than the writer', async () => {
    const [client, peer] = await openPair()
    const already = heardBy(client).length
    const block = Buffer.alloc(4_000_000, 'abcdefghij')
    client.socket.pause()
    peer.socket.write(block)
    await meanwhile()
    client.socket.resume()
    await eventually(() => heardBy(client).length === already + block.length, { what: 'all bytes arrive' })
    expect(Buffer.concat(client.chunks).subarray(already).equals(block)).toBe(true)
  })
})

describe('a black hole', () => {
  it('swallows bytes of both directions while sockets stay open', async () => {
    const [client, peer] = await openPair()
    proxy.blackhole()
    client.socket.write('lost')
    peer.socket.write('lost')
    client.socket.end()
    await meanwhile()
    expect([heardBy(peer), heardBy(client)]).toEqual(['hello', 'welcome'])
    expect([peer.events, client.events]).toEqual([[], []])
  })

  it('swallows one direction only if so asked', async () => {
    const [client, peer] = await openPair()
    proxy.blackhole('toClient')
    await says(client, peer, 'heard')
    peer.socket.write('unheard')
    await meanwhile()
    expect(heardBy(client)).toBe('welcome')
  })

  it('leaves a connection dead that lost bytes, and one alive that was idle', async () => {
    const [loser, loserPeer] = await openPair()
    const [idle, idlePeer] = await openPair()
    proxy.blackhole()
    loser.socket.write('lost')
    await meanwhile()
    proxy.pass()
    loser.socket.write('late')
    await says(idle, idlePeer, 'alive')
    expect(heardBy(loserPeer)).toBe('hello')
  })
})

describe('a cable', () => {
  it('that forgets its connections tells nobody, and takes new ones', async () => {
    const [client, peer] = await openPair()
    proxy.forget()
    client.socket.write('anybody there?')
    peer.socket.write('anybody there?')
    await meanwhile()
    expect([heardBy(client), heardBy(peer), client.events, peer.events]).toEqual(['welcome', 'hello', [], []])
    await openPair()
    expect(proxy.connections).toBe(2)
  })

  it('that is frozen delivers what it kept, in order, when it is passable again', async () => {
    const [client, peer] = await openPair()
    proxy.freeze()
    client.socket.write('one ')
    await meanwhile()
    client.socket.write('two')
    client.socket.end()
    await meanwhile()
    expect(heardBy(peer)).toBe('hello')
    proxy.pass()
    await eventually(() => expect(peer.events).toEqual(['end']), { what: 'the end arrives' })
    expect(heardBy(peer)).toBe('helloone two')
  })

  it('that is cut resets both sides, and takes new connections', async () => {
    const [client, peer] = await openPair()
    proxy.cut()
    await eventually(() => expect([client.events, peer.events]).toEqual([['ECONNRESET'], ['ECONNRESET']]), {
      what: 'both are reset',
    })
    expect(proxy.connections).toBe(0)
    await openPair()
  })

  it('that is cut in the moment it ends one side lets go of that side too', async () => {
    const [client] = await openPair()
    proxy.halfClose('client')
    proxy.cut()
    const isGone = () => {
      client.socket.write('anybody there?')
      return client.events.some((event) => event === 'ECONNRESET' || event === 'EPIPE')
    }
    await eventually(() => expect(isGone()).toBe(true), { what: 'the proxy refuses what the client says' })
  })

  it('that is closed politely ends both sides', async () => {
    const [client, peer] = await openPair()
    proxy.fin()
    await eventually(() => expect([client.events, peer.events]).toEqual([['end'], ['end']]), {
      what: 'both end',
    })
  })

  it('that is half closed ends one side and still hears it', async () => {
    const [client, peer] = await openPair()
    proxy.halfClose('client')
    await eventually(() => expect(client.events).toEqual(['end']), { what: 'the client sees the end' })
    await says(client, peer, 'anybody there?')
    expect(peer.events).toEqual([])
  })

  it('that is slow delivers in order after the latency', async () => {
    const [client, peer] = await openPair()
    proxy.latency(60)
    const started = performance.now()
    client.socket.write('one ')
    await meanwhile()
    client.socket.write('two')
    await eventually(() => expect(heardBy(peer)).toBe('helloone two'), { what: 'both words arrive' })
    expect(performance.now() - started).toBeGreaterThanOrEqual(59)
  })

  it('that slices delivers byte by byte', async () => {
    const [client, peer] = await openPair()
    proxy.slice(1)
    const before = peer.chunks.length
    await says(client, peer, 'twelve bytes')
    expect(peer.chunks.length - before).toBeGreaterThan(6)
  })
})

describe('the listener', () => {
  it('refuses while it is closed, keeps what is open, and comes back on the same port', async () => {
    const [client, peer] = await openPair()
    proxy.refuse()
    await expect(openClient()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await says(client, peer, 'still here')
    await proxy.listen()
    await openPair()
    expect(proxy.totalAccepted).toBe(2)
  })

  it('turns away with a word whoever asks for anything, without the server learning of it', async () => {
    proxy.turnAway(Buffer.from('not today'))
    const client = await openClient()
    client.socket.write('may I?')
    await eventually(() => expect(client.events).toEqual(['end']), { what: 'the client sees the end' })
    expect(heardBy(client)).toBe('not today')
    expect(accepted).toEqual([])
    proxy.pass()
    await openPair()
  })

  it('accepts and stays silent, without the server learning of it', async () => {
    proxy.acceptThenSilent()
    const client = await openClient()
    client.socket.write('anybody there?')
    await meanwhile()
    expect([client.chunks, client.events]).toEqual([[], []])
    expect(proxy.connections).toBe(1)
    expect(accepted.filter((peer) => heardBy(peer) !== '')).toEqual([])
    client.socket.end()
    await eventually(() => proxy.connections === 0, { what: 'the silent connection is forgotten' })
    proxy.pass()
    await openPair()
  })
})
