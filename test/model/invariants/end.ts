// end() leads to closed, from everywhere and for good.
import assert from 'node:assert/strict'
import { timers } from '../alphabet.ts'
import { isFrom, isIn, isOf, strandedFrom, times, told } from '../edges.ts'
import type { Edge } from '../exploration.ts'
import type { Invariants } from './invariants.ts'

export const ofEnding: Invariants = {
  'leads into closing or closed from everywhere'({ edges }) {
    assert.deepEqual(told(edges.filter(isOf('end')).filter((edge) => !isIn(/^clos(ing|ed)/, edge))), [])
  },

  'is never taken back: closing leads nowhere but to closed'({ edges }) {
    const leaving = edges.filter((edge) => isFrom(/^closing/, edge) && !isIn(/^clos(ing|ed)/, edge))
    assert.deepEqual(told(leaving), [])
  },

  'comes to closed by no more than the drain, its limit and the hanging up'({ edges }) {
    const facts = new Set(['drained', 'hungUp', ...timers])
    const mayTake = ({ event }: Edge) => event.type === 'end' || facts.has(event.type)
    assert.deepEqual(strandedFrom(edges, mayTake, 'closed'), [])
  },

  'drains only on a live session, and only when given time'({ edges }) {
    const entering = edges.filter((edge) => !isFrom(/draining/, edge) && isIn(/draining/, edge))
    assert.equal(
      told(entering).every((edge) => edge.startsWith('attached.')),
      true,
    )
    assert.equal(
      entering.every(
        ({ event, after }) =>
          event.type === 'end' && event.drainMs > 0 && after.context.drainMs === event.drainMs,
      ),
      true,
    )
  },

  'tells closed once each time closed is reached'({ steps }) {
    const isReached = (edge: Edge) => isIn(/^closed/, edge) && !isFrom(/^closed/, edge)
    assert.equal(steps.some(isReached), true)
    assert.deepEqual(told(steps.filter((edge) => times('closed', edge) !== (isReached(edge) ? 1 : 0))), [])
  },
}
