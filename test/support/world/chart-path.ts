// Which words may follow which, read off the machine itself, so that no list here can drift from the chart.
import type { ConnectionState } from '../../../src/machines/connection.events.ts'
import { connectionMachine } from '../../../src/machines/connection.machine.ts'

/** A state node, as far as its path is of interest. */
interface Node {
  readonly parent?: Node | undefined
  readonly entry: readonly unknown[]
  readonly states: Readonly<Record<string, Node>>
  readonly always?: readonly { readonly target?: readonly Node[] | undefined }[] | undefined
  readonly transitions: ReadonlyMap<string, readonly { readonly target?: readonly Node[] | undefined }[]>
  readonly initial: { readonly target: readonly Node[] } | undefined
}

export interface Step {
  readonly from: string
  readonly to: string
}

/** Every step from one public word to another that some transition of the chart makes. */
export function allowedSteps(root: Node = connectionMachine.root): ReadonlySet<string> {
  const steps = new Set<string>()
  for (const node of descendants(root)) {
    const targets = [...node.transitions.values(), node.always ?? []].flat().flatMap((t) => t.target ?? [])
    const sources = new Set(leavesBelow(node).map(wordOf))
    for (const target of targets) {
      for (const source of sources) walk(source, wordsOnTheWayTo(target, node), steps)
    }
  }
  return steps
}

export const stepOf = ({ from, to }: Step): string => `${from} → ${to}`

/** What is wrong with a sequence of `state` events, in words. */
export function pathFaults(
  steps: readonly Step[],
  allowed: ReadonlySet<string> = chartSteps,
  begin: ConnectionState = 'idle',
): string[] {
  const faults: string[] = []
  let word: string = begin
  for (const step of steps) {
    if (step.from !== word) faults.push(`said to come from ${step.from}, and was ${word}: ${stepOf(step)}`)
    if (!allowed.has(stepOf(step))) faults.push(`not a step of the chart: ${stepOf(step)}`)
    word = step.to
  }
  return faults
}

const chartSteps = allowedSteps()

function walk(from: string, words: readonly string[], steps: Set<string>): void {
  let last = from
  for (const word of words) {
    if (word !== last) steps.add(stepOf({ from: last, to: word }))
    last = word
  }
}

/** The words announced on entry, from below what source and target share down to where the target settles. */
function wordsOnTheWayTo(target: Node, source: Node): string[] {
  const around = new Set(ancestors(source))
  const entered = ancestors(target).filter((node) => node === target || !around.has(node))
  for (let node = target.initial?.target[0]; node !== undefined; node = node.initial?.target[0]) {
    entered.push(node)
  }
  return entered.flatMap((node) => announced(node) ?? [])
}

function wordOf(leaf: Node): string {
  const words = ancestors(leaf).flatMap((node) => announced(node) ?? [])
  return words.at(-1) ?? 'no word'
}

function announced(node: Node): string | undefined {
  for (const action of node.entry) {
    const { type, params } = (action ?? {}) as { type?: string; params?: { to?: string } }
    if (type === 'announce') return params?.to
  }
  return undefined
}

/** From the root to the node itself. */
function ancestors(node: Node): Node[] {
  return node.parent === undefined ? [node] : [...ancestors(node.parent), node]
}

function descendants(node: Node): Node[] {
  return [node, ...Object.values(node.states).flatMap(descendants)]
}

function leavesBelow(node: Node): Node[] {
  return descendants(node).filter(({ states }) => Object.keys(states).length === 0)
}
