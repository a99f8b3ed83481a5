// What holds wherever the chart may be.
import assert from 'node:assert/strict'
import { told } from '../edges.ts'
import type { Invariants } from './invariants.ts'

const childrenOf: readonly [state: RegExp, children: readonly string[]][] = [
  [/^attached/, ['session']],
  [/\.dialing$/, ['dial']],
  [/\.resolving$/, ['resolve']],
  [/\.restoring$/, ['restore']],
  [/\.(burying|dismissing|withdrawing|terminating)$/, ['hangUp']],
  [/\.draining$/, ['drain', 'session']],
]

export const ofEverySituation: Invariants = {
  'has a way out by facts and timers alone, but for idle, given up and closed'({ edges }) {
    const asked = /^(connect|end|statement|judge)/
    const ways = new Set(
      edges.filter(({ from, to, event }) => from !== to && !asked.test(event.type)).map(({ from }) => from),
    )
    const stuck = edges.filter(({ from }) => !ways.has(from)).map(({ source }) => source)
    assert.deepEqual([...new Set(stuck)].toSorted(), ['closed', 'dead.asBefore', 'dead.settled', 'idle'])
  },

  'has a timer where it waits and nowhere else, however it was reached'({ edges }) {
    const waits = new Set(['connecting.waiting', 'reconnecting.waiting', 'closing.draining'])
    const running = new Map<string, Set<string>>()
    const wrong = edges.filter((edge) => {
      // An exploration comes to a situation before it goes on from there.
      const timersOf = running.get(JSON.stringify([edge.variant, edge.from]))
      const left = new Set(timersOf)
      for (const { id, isSet } of edge.timerCalls) {
        if (isSet) left.add(id)
        else left.delete(id)
      }
      running.set(JSON.stringify([edge.variant, edge.to]), left)
      const own = [...left].filter((id) => id.endsWith(`.connection.${edge.target}`))
      return left.size !== own.length || own.length !== (waits.has(edge.target) ? 1 : 0)
    })
    assert.deepEqual(told(wrong), [])
  },

  'knows of a next attempt exactly while it waits for one'({ edges }) {
    const wrong = edges.filter(
      ({ after, target }) => (after.context.nextAttemptAt !== undefined) !== target.endsWith('ing.waiting'),
    )
    assert.deepEqual(told(wrong), [])
  },

  'has the child that its state needs, and no other'({ edges }) {
    const wrong = edges.filter(({ target, after }) => {
      const [, own = []] = childrenOf.find(([state]) => state.test(target)) ?? []
      return String(Object.keys(after.children).toSorted()) !== String(own)
    })
    assert.deepEqual(told(wrong), [])
  },

  'has no child where the chart rests'({ edges }) {
    for (const state of ['idle', 'dead.settled', 'dead.asBefore', 'closed']) {
      const resting = edges.filter((edge) => edge.source === state)
      assert.ok(resting.length > 0)
      assert.deepEqual(
        resting.filter(({ before }) => Object.keys(before.children).length > 0),
        [],
      )
    }
  },
}
