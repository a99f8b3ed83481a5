// The page's server: three addresses, on 127.0.0.1 alone, behind the checks of admission.ts.
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Refused, refusalOf, refusalWithout } from './admission.ts'
import type { Broadcast } from './broadcast.ts'
import { type Command, readCommand } from './command.ts'

export interface ServerParts {
  readonly page: string
  readonly broadcast: Broadcast
  /** Undefined: nothing can be done from the page. */
  readonly obey: ((command: Command) => boolean) | undefined
  /** Whether it keeps the process alive. */
  readonly isPrincipal: boolean
}

export class PageServer {
  readonly #parts: ServerParts
  readonly #server: Server
  readonly #token = randomBytes(24).toString('base64url')
  readonly #policy: string
  #authority = ''

  constructor(parts: ServerParts) {
    this.#parts = parts
    this.#policy = policyFor(parts.page)
    this.#server = createServer({ requestTimeout: 10_000 }, (request, response) => {
      // A page that goes away in the midst of it is no fault of anybody's.
      request.on('error', () => undefined)
      response.on('error', () => undefined)
      this.#answer(request, response)
    })
    this.#server.maxConnections = 64
    this.#server.on('clientError', (_, socket) => socket.destroy())
    if (!parts.isPrincipal) {
      this.#server.unref()
      this.#server.on('connection', (socket) => socket.unref())
    }
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    this.#authority = `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** With the token in the fragment, which browsers send to nobody. */
  get address(): string {
    return `http://${this.#authority}/#token=${this.#token}`
  }

  async close(): Promise<void> {
    this.#parts.broadcast.end()
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of Object.entries(headersOf(this.#policy))) response.setHeader(name, value)
    const refused = refusalOf(request.headers, this.#authority)
    if (refused !== undefined) return refuse(response, refused)
    const path = `${request.method} ${request.url?.split('?')[0]}`
    if (path === 'GET /') {
      response.setHeader('Content-Type', 'text/html; charset=utf-8')
      response.end(this.#parts.page)
      return
    }
    if (path !== 'GET /trace' && path !== 'POST /command') return end(response, 404, 'there is nothing here')
    const stranger = refusalWithout(this.#token, request.headers)
    if (stranger !== undefined) return refuse(response, stranger)
    if (path === 'GET /trace') this.#stream(response)
    else void this.#command(request, response)
  }

  #stream(response: ServerResponse): void {
    response.setHeader('Content-Type', 'application/x-ndjson; charset=utf-8')
    response.on('close', this.#parts.broadcast.join(response))
  }

  async #command(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { obey } = this.#parts
    if (obey === undefined) return end(response, 403, 'read-only: started without --allow-chaos')
    const command = await readCommand(request)
    if (command === undefined) return end(response, 400, 'no command')
    if (obey(command)) end(response, 204)
    else end(response, 404, 'no such command, or no such connection')
  }
}

const headersOf = (policy: string): Record<string, string> => ({
  'Content-Security-Policy': policy,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
})

/** Only the page's own script and style may run, and they may talk to nobody but this server. */
function policyFor(page: string): string {
  const hashes = (tag: string) =>
    [...page.matchAll(new RegExp(`<${tag}[^>]*>([\\s\\S]*?)</${tag}>`, 'g'))]
      .map(([, text]) => `'sha256-${createHash('sha256').update(text!).digest('base64')}'`)
      .join(' ')
  const sources = `script-src ${hashes('script')}; style-src ${hashes('style')}; connect-src 'self'; img-src data:`
  return `default-src 'none'; ${sources}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
}

function refuse(response: ServerResponse, { status, because }: Refused): void {
  end(response, status, because)
}

function end(response: ServerResponse, status: number, because = ''): void {
  response.statusCode = status
  response.setHeader('Content-Type', 'text/plain; charset=utf-8')
  response.setHeader('Connection', 'close')
  response.end(because)
}
