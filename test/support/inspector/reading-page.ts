// A page of the inspector without a browser: holds the token, reads the trace, sends commands.

import type { Parts } from '../../../visualizations/inspect/start.ts'
import { startInspector } from '../../../visualizations/inspect/start.ts'
import { eventually } from '../eventually.ts'

export const emptyPage = '<!doctype html><style>i{}</style><script>1</script>'

export const openInspector = (parts: Partial<Parts> = {}) =>
  startInspector({ page: emptyPage, faults: {}, ...parts })

export interface ReadingPage extends AsyncDisposable {
  readonly origin: string
  readonly token: string
  /** All that has come, as text. */
  text(): string
  /** The messages, parsed. */
  messages(): Record<string, unknown>[]
  /** The events of the wire, in order, as their data. */
  events(): Record<string, unknown>[]
  until(what: string, holds: () => boolean): Promise<void>
}

export async function readPage(address: string): Promise<ReadingPage> {
  const { origin, hash } = new URL(address)
  const token = hash.slice('#token='.length)
  const leave = new AbortController()
  const headers = { Authorization: `Bearer ${token}` }
  const response = await fetch(`${origin}/trace`, { headers, signal: leave.signal })
  let text = ''
  const done = (async () => {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) text += chunk
  })().catch(() => undefined)
  const messages = () =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  return {
    origin,
    token,
    text: () => text,
    messages,
    events: () =>
      messages()
        .filter(({ type }) => type === 'service.event')
        .map(({ event }) => (JSON.parse(String(event)) as { data: Record<string, unknown> }).data),
    until: async (what, holds) => {
      await eventually(holds, { what })
    },
    async [Symbol.asyncDispose]() {
      leave.abort()
      await done
    },
  }
}
