// A chart of XState 5 as a definition that XState 4 can parse. XState 5's own leaves the eventless transitions out and gives
// `initial` as an object, on which the older parser stumbles.
import type { ChartNode } from '../../src/machines/chart-node.ts'
import { answersOf } from '../../src/traces/edge-ids.ts'

export function definitionOf(node: ChartNode): object {
  const initial = node.initial?.target[0]?.key
  const children = Object.values(node.states)
  return {
    id: node.id,
    key: node.key,
    type: node.type,
    ...(initial === undefined ? {} : { initial }),
    ...(node.description === undefined ? {} : { description: node.description }),
    on: Object.fromEntries(answersOf(node).map(([event, answers]) => [event, answers.map(answerOf)])),
    states: Object.fromEntries(children.map((child) => [child.key, definitionOf(child)])),
  }
}

function answerOf({ target, guard, actions }: ReturnType<typeof answersOf>[number][1][number]): object {
  return {
    ...(target === undefined ? {} : { target: target.map(({ id }) => `#${id}`) }),
    ...(guard === undefined ? {} : { cond: nameOf(guard) }),
    actions: actions.filter((action) => typeof action !== 'function').map(nameOf),
  }
}

const nameOf = (reference: unknown): string =>
  typeof reference === 'string' ? reference : String((reference as { type?: unknown }).type)
