// When nothing more is tried.
import assert from 'node:assert/strict'
import { failures } from '../alphabet.ts'
import { isFrom, isIn, isOf, times, told } from '../edges.ts'
import type { Edge } from '../exploration.ts'
import type { Invariants } from './invariants.ts'

export const ofGivingUp: Invariants = {
  'is told by dead.settled alone, once'({ steps }) {
    const isGivenUp = (edge: Edge) => isIn(/^dead\.settled/, edge) && !isFrom(/^dead\.settled/, edge)
    assert.equal(steps.some(isGivenUp), true)
    assert.deepEqual(told(steps.filter((edge) => times('dead', edge) !== (isGivenUp(edge) ? 1 : 0))), [])
  },

  'is not told again where an aborted connect() leads back to it: whoever waits hears that it was withdrawn'({
    steps,
  }) {
    const isBack = (edge: Edge) => isIn(/^dead\.asBefore/, edge) && !isFrom(/^dead\.asBefore/, edge)
    assert.equal(steps.some(isBack), true)
    assert.deepEqual(told(steps.filter((edge) => times('withdrawn', edge) !== (isBack(edge) ? 1 : 0))), [])
  },

  'follows a hopeless failure at once, and an exhausted schedule'({ edges }) {
    const failing = edges.filter((edge) => isFrom(/^reconnecting\.dialing/, edge)).filter(isOf('dial.failed'))
    const goingOn = failing.filter((edge) => isIn(/^reconnecting/, edge))
    assert.ok(goingOn.length > 0)
    for (const { event, variant } of goingOn) {
      assert.equal(event.type === 'dial.failed' && event.failure, failures.deadly)
      assert.ok(event.type === 'dial.failed' && event.delayMs !== undefined)
      assert.equal(variant.isSupervised, true)
    }
  },

  'is the end of every loss without supervision'({ steps }) {
    const unsupervised = steps.filter(({ variant }) => !variant.isSupervised)
    assert.ok(unsupervised.length > 0)
    assert.deepEqual(told(unsupervised.filter((edge) => isIn(/^reconnecting/, edge))), [])
  },
}
