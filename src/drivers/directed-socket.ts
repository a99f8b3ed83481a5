// A socket that goes where it is told, while pg and certificates keep to the name of the host.
import { type LookupAddress, lookup } from 'node:dns'
import { type LookupFunction, Socket } from 'node:net'

type Connect = { readonly host?: string; readonly lookup?: LookupFunction }

class DirectedSocket extends Socket {
  readonly #way: Connect

  constructor(way: Connect) {
    super()
    this.#way = way
  }

  override connect(...args: unknown[]): this {
    const [port, host] = args as [number, string]
    return super.connect({ port, host, ...this.#way })
  }
}

export const isDirected = (stream: unknown): boolean => stream instanceof DirectedSocket

/** Connects to this address, whatever the name of the host means. */
export const socketToAddress = (address: string): Socket => new DirectedSocket({ host: address })

/** Tries the addresses of a name in an order of one's own. */
export const socketByOrder = (reorder: (addresses: LookupAddress[]) => LookupAddress[]): Socket =>
  new DirectedSocket({
    lookup: (name, options, callback) => {
      lookup(name, { ...options, all: true }, (error, addresses) => {
        const [first, ...others] = error ? [] : reorder(addresses)
        if (error || first === undefined) callback(error ?? new Error(`no address of ${name}`), [])
        else if (options.all) callback(null, [first, ...others])
        else callback(null, first.address, first.family)
      })
    },
  })
