// A cable between a client and a server that a test can cut, in each of the ways cables and what stands between fail.
import { once } from 'node:events'
import { connect, createServer, type Server, Socket } from 'node:net'
import { freePort } from '../../embedded/free-port.ts'
import { blackHole, Faults, garble } from './proxy/faults.ts'
import { HeldMessage } from './proxy/held-message.ts'
import { type Direction, Link, type Side } from './proxy/link.ts'
import type { WireMessage } from './proxy/wire-message.ts'

export { carries, completes, type WireMessage } from './proxy/wire-message.ts'

export interface Target {
  readonly host: string
  readonly port: number
}

const both = ['toServer', 'toClient'] as const
const deaf = { toServer: blackHole(), toClient: blackHole() }

/**
 * Listens on a free port of 127.0.0.1 and passes everything on to `target`, until told otherwise.
 *
 * @example
 * using proxy = await openProxy(server)
 * const client = new pg.Client(proxy.urlOf(server.url))
 * const commit = proxy.holdNext(completes('COMMIT'), 'toClient')
 * await commit.arrived() // the server has committed, the client does not know
 * proxy.cut()
 */
export async function openProxy(target: Target): Promise<TcpProxy> {
  for (let attemptsLeft = 9; ; attemptsLeft -= 1) {
    const proxy = new TcpProxy(target, await freePort())
    try {
      await proxy.listen()
      return proxy
    } catch (error) {
      if (attemptsLeft === 0) throw error // otherwise somebody took the port in between
    }
  }
}

export class TcpProxy implements Disposable {
  readonly host = '127.0.0.1'
  readonly port: number
  /** When each connection was accepted, in milliseconds of `performance.now()`. Refused ones are never seen. */
  readonly attempts: number[] = []
  readonly #target: Target
  readonly #faults = { toServer: new Faults(), toClient: new Faults() }
  readonly #links = new Set<Link>()
  #listener: Server | undefined
  #isSilent = false
  /** Said to whoever connects. */
  #saying: Buffer | undefined

  constructor(target: Target, port: number) {
    this.#target = target
    this.port = port
  }

  /** `serverUrl` with this proxy's address in the place of the server's. */
  urlOf(serverUrl: string): string {
    const url = new URL(serverUrl)
    url.host = `${this.host}:${this.port}`
    return url.href
  }

  /** How many connections are open now. */
  get connections(): number {
    return this.#links.size
  }

  get totalAccepted(): number {
    return this.attempts.length
  }

  /** Repairs the cable: what was frozen moves on, holds that nothing met are forgotten. What was lost stays lost. */
  pass(): void {
    this.#isSilent = false
    this.#saying = undefined
    for (const direction of both) this.#faults[direction].clear()
    for (const link of this.#links) link.thaw()
  }

  /**
   * Takes bytes and loses them; sockets stay open and the kernel goes on acknowledging. A connection that has lost
   * bytes stays dead after `pass()`, as one whose firewall has forgotten it; an idle one survives.
   */
  blackhole(direction?: Direction): void {
    for (const way of direction ? [direction] : both) this.#faults[way].swallows = true
  }

  /** Loses whatever is sent on the connections of now, for ever, as a firewall that has dropped their state. */
  forget(): void {
    for (const link of this.#links) link.sever()
  }

  /** Takes bytes and keeps them until `pass()`, as a cable that is unplugged and plugged in again. */
  freeze(direction?: Direction): void {
    for (const way of direction ? [direction] : both) this.#faults[way].isFrozen = true
  }

  /**
   * Resets all connections: ECONNRESET on either side, or a plain end on one that has not read the bytes before it
   * (libuv reports an end when both come at once). New ones are accepted.
   */
  cut(): void {
    for (const link of this.#links) link.cut()
  }

  /** Ends all connections politely, as a server that closes without a word. */
  fin(): void {
    this.halfClose('client')
    this.halfClose('server')
  }

  /** Sends FIN to one side only; the other direction stays open. */
  halfClose(side: Side = 'client'): void {
    for (const link of this.#links) link.finish(side)
  }

  /** Accepts new connections and never says a word; the server does not learn of them. */
  acceptThenSilent(): void {
    this.#isSilent = true
  }

  /** Answers whoever connects with these bytes and hangs up, as a server that takes nobody in. */
  turnAway(saying: Buffer): void {
    this.#saying = saying
  }

  /** Delays everything by so much in each direction, and by up to `jitterMs` more. */
  latency(ms: number, jitterMs = 0): void {
    for (const way of both) Object.assign(this.#faults[way], { latencyMs: ms, jitterMs })
  }

  /** Sends what passes in writes of so many bytes. */
  slice(bytes = 1, direction?: Direction): void {
    for (const way of direction ? [direction] : both) this.#faults[way].sliceLength = bytes
  }

  /** Replaces the next message; by default its type byte becomes one that no message has. */
  corrupt(direction: Direction = 'toClient', change: (bytes: Buffer) => Buffer = garble): void {
    this.#faults[direction].interceptors.add({
      wants: () => true,
      take: (message, lane) => lane.forward(change(message.bytes)),
    })
  }

  /** Holds the first message in a direction that matches. See `carries` and `completes`. */
  holdNext(wants: (message: WireMessage) => boolean, direction: Direction = 'toServer'): HeldMessage {
    const held = new HeldMessage(wants)
    this.#faults[direction].interceptors.add(held)
    return held
  }

  /** Stops listening: ECONNREFUSED for new connections, while open ones go on. */
  refuse(): void {
    this.#listener?.close()
    this.#listener = undefined
  }

  /** Listens again, on the same port. */
  async listen(): Promise<void> {
    if (this.#listener) return
    const listener = createServer({ allowHalfOpen: true }, (client) => this.#accept(client))
    this.#listener = listener
    listener.listen(this.port, this.host)
    await once(listener, 'listening')
  }

  /** Cuts everything and stops listening. */
  close(): void {
    this.refuse()
    this.cut()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #accept(client: Socket): void {
    this.attempts.push(performance.now())
    if (this.#saying !== undefined) return turnAway(client, this.#saying)
    const isSilent = this.#isSilent
    const server = isSilent ? new Socket() : connect({ ...this.#target, allowHalfOpen: true })
    const faults = isSilent ? deaf : this.#faults
    const link = new Link(client, server, faults, () => this.#links.delete(link))
    this.#links.add(link)
    if (isSilent) client.on('end', () => client.destroy()).on('close', () => server.destroy())
  }
}

/** Once it has asked for something: before that it would take an answer for nonsense. */
function turnAway(client: Socket, saying: Buffer): void {
  client.on('error', () => {})
  client.once('data', () => client.end(saying))
  client.on('end', () => client.end())
}
