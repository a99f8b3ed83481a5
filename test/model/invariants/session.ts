// How a session comes about, is lost, and is never forgotten.
import assert from 'node:assert/strict'
import { failures, timers } from '../alphabet.ts'
import { isFrom, isIn, isOf, strandedFrom, times, told } from '../edges.ts'
import type { Edge } from '../exploration.ts'
import type { Invariants } from './invariants.ts'

export const ofASession: Invariants = {
  'is over after a deadly failure'({ edges }) {
    const deadly = edges.filter(
      ({ event }) =>
        event.type === 'session.lost' || (event.type === 'judge' && event.failure === failures.deadly),
    )
    assert.deepEqual(told(deadly.filter((edge) => isIn(/^attached/, edge))), [])
  },

  'lives on after a failure that is not deadly'({ edges }) {
    const mild = edges.filter(({ event }) => event.type === 'judge' && event.failure === failures.mild)
    assert.deepEqual(
      mild.filter(({ from, to }) => from !== to),
      [],
    )
  },

  'ends in dead, or by end()'({ edges }) {
    const leaving = edges.filter((edge) => isFrom(/^attached/, edge) && !isIn(/^attached/, edge))
    assert.deepEqual(
      told(leaving.filter((edge) => !isIn(/^dead\.burying/, edge) && edge.event.type !== 'end')),
      [],
    )
  },

  'that is lost while it was to be replaced is lost like any other'({ steps }) {
    const losses = steps.filter((edge) => isFrom(/^attached/, edge) && times('lost', edge) > 0)
    assert.equal(
      losses.some(({ before }) => before.context.retiring !== undefined),
      true,
    )
    assert.deepEqual(told(losses.filter(({ after }) => after.context.retiring !== undefined)), [])
  },

  'is told lost exactly when a failure ends it'({ steps }) {
    const isLoss = (edge: Edge) =>
      isFrom(/^attached/, edge)
        ? isIn(/^dead/, edge) && /^(session\.lost|judge)$/.test(edge.event.type)
        : isFrom(/^closing\.draining/, edge) && edge.event.type === 'session.lost'
    assert.equal(steps.some(isLoss), true)
    assert.deepEqual(told(steps.filter((edge) => times('lost', edge) !== (isLoss(edge) ? 1 : 0))), [])
  },

  'is handed to the next who holds it, or hung up; only one that never came about is gone by itself'({
    edges,
  }) {
    const holders = /^(attached|closing\.draining|.*\.(resolving|restoring))/
    const leaving = edges.filter((edge) => isFrom(holders, edge) && !isIn(holders, edge))
    const forgotten = leaving.filter(
      ({ after, event }) => !('hangUp' in after.children) && event.type !== 'dial.failed',
    )
    assert.deepEqual(told(forgotten), [])
  },

  'comes about by dialling, and a recovery by restoring what the last one had'({ steps }) {
    const opening = steps.filter(({ actions }) => actions.includes('openGate'))
    assert.deepEqual(told(opening).toSorted(), [
      'connecting.dialing — dial.opened → attached.connected',
      'connecting.restoring — restored → attached.connected',
      'reconnecting.restoring — restored → attached.connected',
    ])
    const dialled = opening.filter(isOf('dial.opened'))
    assert.deepEqual(
      dialled.filter(({ before }) => before.context.silentSince !== undefined),
      [],
    )
    assert.deepEqual(
      told(steps.filter((edge) => isIn(/^attached/, edge) && !isFrom(/^attached/, edge))),
      told(opening),
    )
  },

  'can come about from every situation once the server is mended'({ edges }) {
    const mended = new Set(['connect', 'dial.opened', 'resolved', 'restored', 'hungUp', 'drained', ...timers])
    const down = edges.filter((edge) => !isFrom(/^attached\.(querying|inTransaction)/, edge))
    const stranded = strandedFrom(down, ({ event }) => mended.has(event.type), 'attached.connected')
    assert.deepEqual(stranded, [])
  },

  'follows what its mailbox is doing'({ edges }) {
    const wrong = edges
      .filter((edge) => isFrom(/^attached/, edge))
      .filter(({ event, target }) => event.type === 'became' && target !== `attached.${event.occupation}`)
    assert.deepEqual(told(wrong), [])
  },

  'passes on what the server says, once, as long as it is in good order'({ edges }) {
    const speaks = /^(attached|closing\.draining|.*\.(resolving|restoring))/
    for (const [event, notice] of [
      ['session.notified', 'notification'],
      ['session.noticed', 'notice'],
    ] as const) {
      const said = edges.filter(isOf(event))
      assert.deepEqual(
        told(said.filter((edge) => times(notice, edge) !== (isFrom(speaks, edge) ? 1 : 0))),
        [],
      )
    }
  },

  'that does not come about is followed by the next attempt, as the schedule says'({ edges }) {
    const wrong = edges
      .filter((edge) => isFrom(/^reconnecting/, edge) && !isFrom(/waiting/, edge))
      .filter(({ event, source, target, actions, emitted, variant }) => {
        if (event.type !== 'dial.failed') return false
        const isHopeless = event.failure === failures.hopeless && source.endsWith('dialing')
        const isOver = event.delayMs === undefined || isHopeless
        const next = event.delayMs === 0 ? 'reconnecting.dialing' : 'reconnecting.waiting'
        if (target !== (isOver ? 'dead.settled' : next)) return true
        if (!emitted.some(({ type }) => type === 'attemptFailed')) return true
        return !isOver && variant.isSupervised && !actions.includes('refuseUnlessWaiting')
      })
    assert.deepEqual(told(wrong), [])
  },

  'settles what was in flight when it ends'({ edges }) {
    const graves = /^dead\.(burying|dismissing|withdrawing)/
    const ending = edges.filter((edge) => isIn(graves, edge) && !isFrom(graves, edge))
    assert.ok(ending.length > 0)
    assert.deepEqual(told(ending.filter(({ actions }) => !actions.includes('settleLost'))), [])
  },

  'is announced once it is usable, and so is each wait for the next'({ steps }) {
    const isUp = (edge: Edge) => isIn(/^attached/, edge) && !isFrom(/^attached/, edge)
    assert.deepEqual(told(steps.filter((edge) => times('connected', edge) !== (isUp(edge) ? 1 : 0))), [])
    const isWait = (edge: Edge) =>
      isIn(/^reconnecting\.waiting/, edge) && !isFrom(/^reconnecting\.waiting/, edge)
    assert.deepEqual(told(steps.filter((edge) => isWait(edge) && times('reconnecting', edge) !== 1)), [])
  },
}
