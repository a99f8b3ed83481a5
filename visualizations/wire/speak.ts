// Speaks @xstate/inspect's protocol over anything that takes lines of text. Its server half wants a WebSocketServer, dies
// of the first frame that is no JSON, and keeps its services in a global; it gets something that only looks like a
// server, with a single client, which hands each message to whoever is speaking.
import { inspect } from '@xstate/inspect/lib/server.js'
import type { Service, WireEvent, WireState } from './service.ts'

/** Takes one message of the protocol, JSON without a line end. */
export type Line = (text: string) => void

interface DevTools {
  register(service: Service): void
}

const globals = globalThis as { __xstate__?: unknown }

let tools: DevTools | undefined
let hearer: Line | undefined

export function register(service: Service, line: Line): void {
  tools ??= openServer()
  const server = tools
  aloud(line, () => server.register(service))
}

export const tellEvent = (service: Service, event: WireEvent, line: Line): void =>
  aloud(line, () => service.send(event))

export const tellState = (service: Service, state: WireState, line: Line): void =>
  aloud(line, () => service.becomes(state))

export const tellStop = (service: Service, line: Line): void => aloud(line, () => service.stop())

/** All of the protocol is synchronous, so what is said during `work` is said by its speaker. */
function aloud(line: Line, work: () => void): void {
  hearer = line
  try {
    work()
  } finally {
    hearer = undefined
  }
}

/** One for the process. XState's own tools may live in the same global: they are put back. */
function openServer(): DevTools {
  const others = globals.__xstate__
  let frame: ((data: string, isBinary: boolean) => void) | undefined
  const recorder = {
    readyState: 1,
    OPEN: 1,
    send: (text: string) => hearer?.(text),
    on: (_: string, listener: typeof frame) => {
      frame = listener
    },
  }
  const server = {
    clients: new Set([recorder]),
    on: (event: string, listener: (client: typeof recorder) => void) => {
      if (event === 'connection') listener(recorder)
    },
  }
  inspect({ server: server as never })
  const made = globals.__xstate__ as DevTools
  globals.__xstate__ = others
  // Until somebody says so, all messages are dropped.
  frame?.('{"type":"xstate.inspecting"}', false)
  return made
}
