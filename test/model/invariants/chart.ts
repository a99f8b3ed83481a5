// What the chart is as a whole.
import assert from 'node:assert/strict'
import { states } from '../alphabet.ts'
import { variants } from '../exploration.ts'
import type { Invariants } from './invariants.ts'

export const ofTheChart: Invariants = {
  'has as many situations and steps as it had when somebody last looked'({ edges, steps }) {
    const counts = variants.map((variant) => {
      const answers = Object.entries(variant).flatMap(([name, value]) => (value ? [name] : []))
      const situations = new Set(edges.filter((edge) => edge.variant === variant).map(({ from }) => from))
      return [answers.join(' '), situations.size, steps.filter((edge) => edge.variant === variant).length]
    })
    // A situation is a state with whatever guards can read: where connect() came from and until when it tries, the delay
    // last heard of, whether there was a session before, whether it is to be replaced. Without supervision there is no
    // reconnecting, and no replacing; a COMMIT in doubt is asked about before what was lost is restored; a mailbox that is never quiet leaves each attached state also as one whose session is to be replaced.
    assert.deepEqual(counts, [
      ['isSupervised waitsWhileDown isQuiet isInDoubt', 247, 2419],
      ['isSupervised', 258, 2571],
      ['waitsWhileDown isInDoubt', 182, 1685],
      ['isQuiet', 178, 1621],
    ])
  },

  'passes through every state'({ edges }) {
    assert.deepEqual(new Set(edges.map(({ source }) => source)), new Set(states))
  },

  'keeps its context plain, so that inspectors can print it and nothing secret hangs on it'({ edges }) {
    const contexts = new Map(edges.map(({ to, after }) => [to, after.context]))
    for (const context of contexts.values()) assert.ok(isPlain(context), JSON.stringify(context))
  },
}

function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null)
    return typeof value !== 'function' && typeof value !== 'symbol'
  const prototype: unknown = Object.getPrototypeOf(value)
  return (Array.isArray(value) || prototype === Object.prototype) && Object.values(value).every(isPlain)
}
