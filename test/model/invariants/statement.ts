// Each statement is accepted, held or refused, and answered once.
import assert from 'node:assert/strict'
import { statements } from '../alphabet.ts'
import { answersOf, isFrom, isIn, isOf, told } from '../edges.ts'
import type { Edge } from '../exploration.ts'
import type { Invariants } from './invariants.ts'

export const ofAStatement: Invariants = {
  'is answered in every situation, once: accepted, held or refused'({ edges }) {
    const statementEdges = edges.filter(isOf('statement'))
    assert.ok(statementEdges.length > 0)
    assert.deepEqual(told(statementEdges.filter((edge) => answersOf(edge).length !== 1)), [])
  },

  'is accepted only by a live session'({ steps }) {
    const accepting = steps.filter(({ actions }) => actions.includes('accept'))
    assert.deepEqual(told(accepting.filter((edge) => !isFrom(/^(attached|closing\.draining)/, edge))), [])
  },

  'is taken while draining only for what has begun already'({ edges }) {
    const draining = edges.filter((edge) => isFrom(/draining/, edge))
    const answerTo = (id: number) => [
      ...new Set(
        draining.filter(({ event }) => event.type === 'statement' && event.id === id).flatMap(answersOf),
      ),
    ]
    assert.deepEqual(answerTo(statements.exclusive), ['accept'])
    assert.deepEqual(answerTo(statements.ordinary), ['refuseClosed'])
    assert.deepEqual(answerTo(statements.patient), ['refuseClosed'])
  },

  'waits while down as whileDown says, as it must for a caller who waits in any case'({ edges }) {
    const down = edges.filter((edge) => isFrom(/^(connecting|dead\.burying|reconnecting)/, edge))
    const waits = ({ variant, event, before }: Edge) =>
      variant.waitsWhileDown ||
      before.context.retiring !== undefined ||
      (event.type === 'statement' && event.id === statements.patient)
    const asked = down.filter(isOf('statement'))
    const wrong = asked.filter((edge) => answersOf(edge)[0] !== (waits(edge) ? 'hold' : 'refuse'))
    assert.deepEqual([asked.some(waits), asked.every(waits), told(wrong)], [true, false, []])
  },

  'is refused at once where no session is in the making'({ edges }) {
    for (const state of ['idle', 'dead.settled', 'dead.asBefore']) {
      const asked = edges.filter((edge) => edge.source === state).filter(isOf('statement'))
      assert.ok(asked.length > 0)
      assert.ok(asked.every((edge) => answersOf(edge)[0] === 'refuse'))
    }
  },

  'that waits is refused wherever the chart comes to rest, and at the end'({ edges }) {
    const givenUp = ['idle', 'dead.settled', 'dead.asBefore'].map(
      (state) => [state, 'refuseWaiting'] as const,
    )
    const refusals = new Map([...givenUp, ['closing.terminating', 'shut']])
    const resting = edges.filter(({ source, target }) => source !== target && refusals.has(target))
    assert.equal(new Set(resting.map(({ target }) => target)).size, 4)
    const forgetting = resting.filter(({ target, actions }) => !actions.includes(refusals.get(target)!))
    assert.deepEqual(told(forgetting), [])
    const intoClosed = edges.filter((edge) => isIn(/^closed/, edge) && isFrom(/^(idle|connecting)/, edge))
    assert.deepEqual(told(intoClosed.filter(({ actions }) => !actions.includes('shut'))), [])
  },

  'changes no state but connected'({ edges }) {
    const moving = edges.filter(isOf('statement')).filter(({ from, to }) => from !== to)
    assert.deepEqual(told(moving), ['attached.connected — statement → attached.querying'])
  },
}
