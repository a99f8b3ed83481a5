// Every small lie about the chart: a guard that is gone or turned round, a transition, an action or a child that is missing.
// The chart's configuration is data, so a mutant is a copy of it with one place changed.
import { not } from 'xstate'
import { type ConnectionMachine, connectionMachine } from '../../src/machines/connection.machine.ts'
import { connectionSetup } from '../../src/machines/connection.setup.ts'

export interface Mutant {
  /** 'dead.burying on hungUp [0]: without its guard' */
  readonly id: string
  /** The state in which it differs: where nothing enters it or leaves it, all is as in the true chart. */
  readonly region: string
  make(): ConnectionMachine
}

interface Transition {
  guard?: unknown
  target?: unknown
  actions?: unknown
}

interface State {
  on?: Record<string, unknown>
  after?: Record<string, unknown>
  always?: unknown
  entry?: unknown
  exit?: unknown
  invoke?: unknown
  states?: Record<string, State>
}

/** Changes one place of a copy of the chart. */
type Change = (chart: State) => void
type Found = readonly [id: string, change: Change, region: string]

export function allMutants(): Mutant[] {
  const config = connectionMachine.config as State
  return mutantsOf(config, []).map(([id, change, region]) => ({
    id,
    region,
    make: () => {
      const copy = copyOf(config)
      change(copy)
      return connectionSetup.createMachine(copy as never) as unknown as ConnectionMachine
    },
  }))
}

function mutantsOf(state: State, path: readonly string[]): Found[] {
  const name = path.join('.')
  // What a state does at once is done on the way through it, to and from its neighbours.
  const around = path.slice(0, -1).join('.') || name
  const at = (chart: State) => path.reduce((node, child) => node.states![child]!, chart)
  return [
    ...transitionsOf(state).flatMap(({ where, key, of }) =>
      listOf(of).flatMap((each, index, all) => {
        const place = `${name} ${where} ${key}${all.length > 1 ? ` [${index}]` : ''}`.trim()
        return lies(each).map(([lie, tell]): Found => {
          const change = (chart: State) => {
            const node = at(chart)
            const list = listOf(where === 'always' ? node.always : node[where]![key]).flatMap(
              (one, position) => (position === index ? tell(one) : [one]),
            )
            if (where === 'always') node.always = list
            else if (list.length > 0) node[where]![key] = list
            else delete node[where]![key]
          }
          return [`${place}: ${lie}`, change, where === 'always' ? around : name]
        })
      }),
    ),
    ...(['entry', 'exit', 'invoke'] as const).flatMap((part) =>
      listOf(state[part]).map((each, index): Found => {
        const change = (chart: State) => {
          const node = at(chart)
          node[part] = listOf(node[part]).filter((_, position) => position !== index)
        }
        return [`${name} ${part} ${nameOf(each)}: is missing`, change, around]
      }),
    ),
    ...Object.entries(state.states ?? {}).flatMap(([child, inner]) => mutantsOf(inner, [...path, child])),
  ]
}

type Place = { where: 'on' | 'after' | 'always'; key: string; of: unknown }

function transitionsOf({ on, after, always }: State): Place[] {
  return [
    ...Object.entries(on ?? {}).map(([key, of]) => ({ where: 'on' as const, key, of })),
    ...Object.entries(after ?? {}).map(([key, of]) => ({ where: 'after' as const, key, of })),
    ...(always === undefined ? [] : [{ where: 'always' as const, key: '', of: always }]),
  ]
}

/** What can be said wrongly of one transition, and what comes in its place. */
function lies(transition: unknown): [string, (one: unknown) => unknown[]][] {
  const { guard, actions } = transitionOf(transition)
  const change = (part: (one: Transition) => Partial<Transition>) => (one: unknown) => [
    { ...transitionOf(one), ...part(transitionOf(one)) },
  ]
  return [
    ['is missing', () => []],
    ...(guard === undefined
      ? []
      : ([
          ['without its guard', change(() => ({ guard: undefined }))],
          ['with its guard turned round', change((one) => ({ guard: not(one.guard as never) }))],
        ] as [string, (one: unknown) => unknown[]][])),
    ...listOf(actions).map((action, index): [string, (one: unknown) => unknown[]] => [
      `without its action ${nameOf(action)}`,
      change((one) => ({ actions: listOf(one.actions).filter((_, position) => position !== index) })),
    ]),
  ]
}

const transitionOf = (of: unknown): Transition =>
  typeof of === 'string' ? { target: of } : (of as Transition)

const listOf = (of: unknown): unknown[] => (of === undefined ? [] : Array.isArray(of) ? of : [of])

function nameOf(part: unknown): string {
  if (typeof part === 'string') return part
  const { type, id } = part as { type?: string; id?: string }
  return type ?? id ?? 'without a name'
}

/** Functions stay what they are. */
function copyOf<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copyOf) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copyOf(inner)])) as T
}
