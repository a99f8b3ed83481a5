import type { IncomingMessage } from 'node:http'

/** What a page asks for: a fault by its name, for a connection by its id on the wire. */
export interface Command {
  readonly fault: string
  readonly sessionId: string
}

const longest = 64 * 1024

/** Undefined for whatever is no command: too long, cut short, no JSON, no such fields. */
export async function readCommand(request: IncomingMessage): Promise<Command | undefined> {
  if (request.headers['content-type'] !== 'application/json') return undefined
  try {
    let text = ''
    for await (const chunk of request.setEncoding('utf8')) {
      text += chunk
      if (text.length > longest) return undefined
    }
    const { fault, sessionId } = JSON.parse(text) as Record<string, unknown>
    return typeof fault === 'string' && typeof sessionId === 'string' ? { fault, sessionId } : undefined
  } catch {
    return undefined
  }
}
