// What users are told of the state.
import assert from 'node:assert/strict'
import type { MachineNotice } from '../../../src/machines/connection.events.ts'
import { told } from '../edges.ts'
import type { Edge } from '../exploration.ts'
import type { Invariants } from './invariants.ts'

const outer = (edge: Edge): string => {
  const [first, second] = edge.target.split('.')
  return first === 'attached' ? second! : first!
}

export const ofThePublicWord: Invariants = {
  'is told whenever it changes, each time from the one told before'({ steps }) {
    const follows = (edge: Edge): boolean => {
      let { word } = edge.before.context
      for (const notice of edge.emitted) {
        if (notice.type !== 'state') continue
        if (notice.from !== word || notice.to === word) return false
        word = notice.to
      }
      return word === outer(edge) && word === edge.after.context.word
    }
    assert.deepEqual(told(steps.filter((edge) => !follows(edge))), [])
  },

  'is told before what the new state tells, and lost before all'({ steps }) {
    const order: readonly MachineNotice['type'][] = [
      'attemptFailed',
      'lost',
      'state',
      'connected',
      'dead',
      'closed',
    ]
    const ranks = ({ emitted }: Edge) =>
      emitted.map(({ type }) => order.indexOf(type)).filter((rank) => rank >= 0)
    const isDisorderly = (edge: Edge) => ranks(edge).some((rank, index, all) => rank < (all[index - 1] ?? 0))
    assert.equal(
      steps.some((edge) => ranks(edge).length > 1),
      true,
    )
    assert.deepEqual(told(steps.filter(isDisorderly)), [])
  },
}
