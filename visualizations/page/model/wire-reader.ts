// Reads @xstate/inspect's protocol with its own receiver, which wants a window to hear messages from.
import { createWindowReceiver } from '@xstate/inspect'
import { chartOf, type Definition } from './chart.ts'
import { type Fields, pathOf } from './step.ts'
import type { Store } from './store.ts'

interface Scxml {
  readonly data: Fields & { readonly type: string }
  readonly origin?: string
  readonly at: number
}

/** Returns what takes each message. */
export function wireReader(store: Store): (message: object) => void {
  let hear: (event: { data: object }) => void = () => undefined
  // A real EventTarget would swallow what its listener throws.
  const ear = {
    addEventListener: (_: string, listener: typeof hear) => {
      hear = listener
    },
  }
  const nobody = { postMessage() {} }
  const receiver = createWindowReceiver({ window: ear as never, targetWindow: nobody as never })
  receiver.subscribe((told) => {
    switch (told.type) {
      case 'service.register': {
        const definition = told.machine.config as unknown as Definition
        const session = store.register(
          told.sessionId,
          told.id ?? told.sessionId,
          chartOf(definition.id, definition),
        )
        if (session.seqs.length === 0) {
          const { at } = told.state._event as unknown as Scxml
          store.add(told.sessionId, { ...whole(told.state), type: 'xstate.init', at, edges: ['-'] })
        }
        break
      }
      case 'service.event': {
        const { data, at } = told.event as unknown as Scxml
        // The others are told again, with what came of them.
        if (data.type.startsWith('request.'))
          store.add(told.sessionId, { ...bare, type: data.type, at, data })
        break
      }
      case 'service.state':
        store.add(told.sessionId, whole(told.state))
        break
      case 'service.stop':
        store.stop(told.sessionId)
        break
      default:
        break
    }
  })
  return (message) => hear({ data: message })
}

const bare = { origin: undefined, edges: [], actions: [], count: 1 }

/** What outlives the parsing by XState 4. */
interface Parsed {
  readonly value: unknown
  readonly context: unknown
  readonly _event: unknown
  readonly transitions: readonly unknown[]
  readonly actions: readonly { readonly type: string }[]
}

function whole({ value, context, _event, transitions, actions }: Parsed) {
  const { data, origin, at } = _event as Scxml
  return {
    at,
    type: data.type,
    origin,
    data,
    state: pathOf(value),
    edges: transitions as readonly string[],
    actions: actions.map(({ type }) => type),
    context: context as Fields,
    count: 1,
  }
}
