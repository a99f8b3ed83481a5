// What the chart remembers and tells of it: for this callers are refused, connect() is judged, and gaps are drawn.
import assert from 'node:assert/strict'
import { failures, now } from '../alphabet.ts'
import { isFrom, isIn, isOf, told } from '../edges.ts'
import type { Edge } from '../exploration.ts'
import type { Invariants } from './invariants.ts'

const holdsSession = /^(attached|.*\.(resolving|restoring))/
const isAbort = isOf('connect.abort')

export const ofItsMemory: Invariants = {
  'keeps the failure by which it fell'({ edges }) {
    const falling = edges.filter(
      ({ event, from, to }) =>
        from !== to && /^(session\.lost|judge|dial\.failed|connect\.expire)$/.test(event.type),
    )
    const lost = falling.filter(
      ({ event, after, source }) =>
        'failure' in event && after.context.failure !== event.failure && !source.startsWith('closing'),
    )
    assert.deepEqual(told(lost), [])
  },

  'keeps the delay that the schedule gave'({ edges }) {
    const failing = edges.filter(({ event, from, to }) => event.type === 'dial.failed' && from !== to)
    const wrong = failing.filter(
      ({ event, after }) => event.type === 'dial.failed' && after.context.delayMs !== event.delayMs,
    )
    assert.deepEqual(told(wrong), [])
  },

  'knows of a session while it has one'({ edges }) {
    const wrong = edges.filter(
      (edge) => isIn(holdsSession, edge) && edge.after.context.session?.processId === undefined,
    )
    assert.deepEqual(told(wrong), [])
  },

  'counts from the beginning of an outage, and renews the schedule for it'({ edges }) {
    const beginning = edges.filter(
      (edge) =>
        (isIn(/^connecting/, edge) && !isFrom(/^connecting/, edge)) ||
        (isIn(/^dead\.burying/, edge) && !isFrom(/^dead\.burying/, edge)),
    )
    const wrong = beginning.filter(
      ({ after, actions }) => after.context.downSince !== now || !actions.includes('renewSchedule'),
    )
    assert.deepEqual(told(wrong), [])
  },

  'tells a gap of every channel when it listens again after a loss, and only then'({ edges }) {
    const wrong = edges.filter(({ event, before, emitted, source }) => {
      const gaps = emitted.filter(({ type }) => type === 'gap')
      const isDue =
        event.type === 'dial.opened' &&
        event.channels.length > 0 &&
        before.context.silentSince !== undefined &&
        source.endsWith('.dialing')
      return gaps.length !== (isDue ? 1 : 0)
    })
    assert.deepEqual(told(wrong), [])
  },

  'goes back to where it was when connect() is aborted'({ edges }) {
    const states = { idle: 'idle', dead: 'dead.asBefore', closed: 'closed' } as const
    const isBare = (edge: Edge) => isFrom(/^connecting\.(dialing|waiting)/, edge)
    const wrong = edges
      .filter(isAbort)
      .filter(isBare)
      .filter(({ before, target }) => target !== states[before.context.cameFrom])
    assert.deepEqual(told(wrong), [])
  },

  'tries again under connect() while there is time, unless it is hopeless'({ edges }) {
    const failing = edges
      .filter(isOf('dial.failed'))
      .filter((edge) => isFrom(/^connecting/, edge) && !isFrom(/waiting/, edge))
    const wrong = failing.filter(({ event, before, target }) => {
      if (event.type !== 'dial.failed') return true
      const { triesUntil } = before.context
      const isWorth = event.failure !== failures.hopeless && event.delayMs !== undefined
      const isInTime = triesUntil !== undefined && now + (event.delayMs ?? 0) < triesUntil
      return target !== (isWorth && isInTime ? 'connecting.waiting' : 'dead.settled')
    })
    assert.deepEqual(told(wrong), [])
  },

  'counts each attempt'({ edges }) {
    const tried = edges.filter(
      ({ source, event }) => source.endsWith('.dialing') && event.type.startsWith('dial.'),
    )
    const wrong = tried.filter(
      (edge) => !isIn(/^attached/, edge) && edge.after.context.attempts !== edge.before.context.attempts + 1,
    )
    assert.deepEqual(told(wrong), [])
  },

  'forgets everything of its life at the end of it'({ edges }) {
    const over = edges.filter((edge) => isIn(/^closed/, edge))
    const wrong = over.filter(({ after: { context } }) => {
      const { failure, silentSince, retiring, session, attempts } = context
      return [failure, silentSince, retiring, session].some((each) => each !== undefined) || attempts !== 0
    })
    assert.deepEqual(told(wrong), [])
  },

  'forgets an outage when it is over'({ edges }) {
    const up = edges.filter((edge) => isIn(/^attached/, edge) && !isFrom(/^attached/, edge))
    const wrong = up.filter(({ after: { context } }) => {
      const { failure, silentSince, retiring, delayMs, triesUntil, attempts } = context
      const left = [failure, silentSince, retiring, delayMs, triesUntil].filter((each) => each !== undefined)
      return left.length > 0 || attempts !== 0
    })
    assert.deepEqual(told(wrong), [])
  },
}
