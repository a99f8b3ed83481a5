import { beforeAll, describe, expect, it } from 'vitest'
import type { MachineNotice } from '../../src/machines/connection.events.ts'
import { failures, statements, states, timers } from './alphabet.ts'
import { answersOf, isFrom, isIn, isOf, strandedFrom, times, told } from './edges.ts'
import { type Edge, explore, variants } from './exploration.ts'

let edges: Edge[]
/** Edges on which anything happens. */
let steps: Edge[]
beforeAll(() => {
  edges = variants.flatMap(explore)
  steps = edges.filter(({ from, to, actions, emitted }) => from !== to || actions.length + emitted.length > 0)
}, 60_000)

describe('the chart of a connection, walked through all that can be said to it', () => {
  it('has as many situations and steps as it had when somebody last looked', () => {
    const counts = variants.map((variant) => {
      const answers = Object.entries(variant).flatMap(([name, value]) => (value ? [name] : []))
      const situations = new Set(edges.filter((edge) => edge.variant === variant).map(({ from }) => from))
      return [answers.join(' '), situations.size, steps.filter((edge) => edge.variant === variant).length]
    })
    // A situation is a state with whatever guards can read: where connect() came from and until when it tries, the delay
    // last heard of, whether there was a session before, whether it is to be replaced. Without supervision there is no
    // reconnecting, and no replacing; a COMMIT in doubt is asked about before what was lost is restored; a mailbox that is never quiet leaves each attached state also as one whose session is to be replaced.
    expect(counts).toEqual([
      ['isSupervised waitsWhileDown isQuiet isInDoubt', 247, 2419],
      ['isSupervised', 258, 2571],
      ['waitsWhileDown isInDoubt', 182, 1685],
      ['isQuiet', 178, 1621],
    ])
  })

  it('passes through every state', () => {
    expect(new Set(edges.map(({ source }) => source))).toEqual(new Set(states))
  })

  it('keeps its context plain, so that inspectors can print it and nothing secret hangs on it', () => {
    const contexts = new Map(edges.map(({ to, after }) => [to, after.context]))
    for (const context of contexts.values()) expect(JSON.parse(JSON.stringify(context))).toEqual(context)
  })
})

describe('end()', () => {
  it('leads into closing or closed from everywhere', () => {
    expect(told(edges.filter(isOf('end')).filter((edge) => !isIn(/^clos(ing|ed)/, edge)))).toEqual([])
  })

  it('is never taken back: closing leads nowhere but to closed', () => {
    const leaving = edges.filter((edge) => isFrom(/^closing/, edge) && !isIn(/^clos(ing|ed)/, edge))
    expect(told(leaving)).toEqual([])
  })

  it('comes to closed by no more than the drain, its limit and the hanging up', () => {
    const facts = new Set(['drained', 'hungUp', ...timers])
    const mayTake = ({ event }: Edge) => event.type === 'end' || facts.has(event.type)
    expect(strandedFrom(edges, mayTake, 'closed')).toEqual([])
  })

  it('drains only on a live session, and only when given time', () => {
    const entering = edges.filter((edge) => !isFrom(/draining/, edge) && isIn(/draining/, edge))
    expect(told(entering).every((edge) => edge.startsWith('attached.'))).toBe(true)
    expect(entering.every(({ event }) => event.type === 'end' && event.drainMs > 0)).toBe(true)
  })

  it('tells closed once each time closed is reached', () => {
    const isReached = (edge: Edge) => isIn(/^closed/, edge) && !isFrom(/^closed/, edge)
    expect(steps.some(isReached)).toBe(true)
    expect(told(steps.filter((edge) => times('closed', edge) !== (isReached(edge) ? 1 : 0)))).toEqual([])
  })
})

describe('a session', () => {
  it('is over after a deadly failure', () => {
    const deadly = edges.filter(
      ({ event }) =>
        event.type === 'session.lost' || (event.type === 'judge' && event.failure === failures.deadly),
    )
    expect(told(deadly.filter((edge) => isIn(/^attached/, edge)))).toEqual([])
  })

  it('lives on after a failure that is not deadly', () => {
    const mild = edges.filter(({ event }) => event.type === 'judge' && event.failure === failures.mild)
    expect(mild.filter(({ from, to }) => from !== to)).toEqual([])
  })

  it('ends in dead, or by end()', () => {
    const leaving = edges.filter((edge) => isFrom(/^attached/, edge) && !isIn(/^attached/, edge))
    expect(
      told(leaving.filter((edge) => !isIn(/^dead\.burying/, edge) && edge.event.type !== 'end')),
    ).toEqual([])
  })

  it('that is lost while it was to be replaced is lost like any other', () => {
    const losses = steps.filter((edge) => isFrom(/^attached/, edge) && times('lost', edge) > 0)
    expect(losses.some(({ before }) => before.context.retiring !== undefined)).toBe(true)
    expect(told(losses.filter(({ after }) => after.context.retiring !== undefined))).toEqual([])
  })

  it('is told lost exactly when a failure ends it', () => {
    const isLoss = (edge: Edge) =>
      isFrom(/^attached/, edge)
        ? isIn(/^dead/, edge) && /^(session\.lost|judge)$/.test(edge.event.type)
        : isFrom(/^closing\.draining/, edge) && edge.event.type === 'session.lost'
    expect(steps.some(isLoss)).toBe(true)
    expect(told(steps.filter((edge) => times('lost', edge) !== (isLoss(edge) ? 1 : 0)))).toEqual([])
  })

  it('is handed to the next who holds it, or hung up; only one that never came about is gone by itself', () => {
    const holders = /^(attached|closing\.draining|.*\.(resolving|restoring))/
    const leaving = edges.filter((edge) => isFrom(holders, edge) && !isIn(holders, edge))
    const forgotten = leaving.filter(
      ({ after, event }) => !('hangUp' in after.children) && event.type !== 'dial.failed',
    )
    expect(told(forgotten)).toEqual([])
  })

  it('comes about by dialling, and a recovery by restoring what the last one had', () => {
    const opening = steps.filter(({ actions }) => actions.includes('openGate'))
    expect(told(opening).toSorted()).toEqual([
      'connecting.dialing — dial.opened → attached.connected',
      'connecting.restoring — restored → attached.connected',
      'reconnecting.restoring — restored → attached.connected',
    ])
    const dialled = opening.filter(isOf('dial.opened'))
    expect(dialled.filter(({ before }) => before.context.silentSince !== undefined)).toEqual([])
    expect(told(steps.filter((edge) => isIn(/^attached/, edge) && !isFrom(/^attached/, edge)))).toEqual(
      told(opening),
    )
  })

  it('can come about from every situation once the server is mended', () => {
    const mended = new Set(['connect', 'dial.opened', 'resolved', 'restored', 'hungUp', 'drained', ...timers])
    const down = edges.filter((edge) => !isFrom(/^attached\.(querying|inTransaction)/, edge))
    const stranded = strandedFrom(down, ({ event }) => mended.has(event.type), 'attached.connected')
    expect(stranded).toEqual([])
  })
})

describe('a statement', () => {
  it('is answered in every situation, once: accepted, held or refused', () => {
    const statementEdges = edges.filter(isOf('statement'))
    expect(statementEdges.length).toBeGreaterThan(0)
    expect(told(statementEdges.filter((edge) => answersOf(edge).length !== 1))).toEqual([])
  })

  it('is accepted only by a live session', () => {
    const accepting = steps.filter(({ actions }) => actions.includes('accept'))
    expect(told(accepting.filter((edge) => !isFrom(/^(attached|closing\.draining)/, edge)))).toEqual([])
  })

  it('is taken while draining only for what has begun already', () => {
    const draining = edges.filter((edge) => isFrom(/draining/, edge))
    const answerTo = (id: number) => [
      ...new Set(
        draining.filter(({ event }) => event.type === 'statement' && event.id === id).flatMap(answersOf),
      ),
    ]
    expect(answerTo(statements.exclusive)).toEqual(['accept'])
    expect(answerTo(statements.ordinary)).toEqual(['refuseClosed'])
    expect(answerTo(statements.patient)).toEqual(['refuseClosed'])
  })

  it('waits while down as whileDown says, as it must for a caller who waits in any case', () => {
    const down = edges.filter((edge) => isFrom(/^(connecting|dead\.burying|reconnecting)/, edge))
    const waits = ({ variant, event, before }: Edge) =>
      variant.waitsWhileDown ||
      before.context.retiring !== undefined ||
      (event.type === 'statement' && event.id === statements.patient)
    const asked = down.filter(isOf('statement'))
    const wrong = asked.filter((edge) => answersOf(edge)[0] !== (waits(edge) ? 'hold' : 'refuse'))
    expect([asked.some(waits), asked.every(waits), told(wrong)]).toEqual([true, false, []])
  })

  it.each(['idle', 'dead.settled', 'dead.asBefore'])('is refused at once in %s', (state) => {
    const asked = edges.filter((edge) => edge.source === state).filter(isOf('statement'))
    expect(asked.length).toBeGreaterThan(0)
    expect(asked.every((edge) => answersOf(edge)[0] === 'refuse')).toBe(true)
  })

  it('that waits is refused wherever the chart comes to rest, and at the end', () => {
    const givenUp = ['idle', 'dead.settled', 'dead.asBefore'].map(
      (state) => [state, 'refuseWaiting'] as const,
    )
    const refusals = new Map([...givenUp, ['closing.terminating', 'shut']])
    const resting = edges.filter(({ source, target }) => source !== target && refusals.has(target))
    expect(new Set(resting.map(({ target }) => target)).size).toBe(4)
    const forgetting = resting.filter(({ target, actions }) => !actions.includes(refusals.get(target)!))
    expect(told(forgetting)).toEqual([])
    const intoClosed = edges.filter((edge) => isIn(/^closed/, edge) && isFrom(/^connecting/, edge))
    expect(told(intoClosed.filter(({ actions }) => !actions.includes('shut')))).toEqual([])
  })

  it('changes no state but connected', () => {
    const moving = edges.filter(isOf('statement')).filter(({ from, to }) => from !== to)
    expect(told(moving)).toEqual(['attached.connected — statement → attached.querying'])
  })
})

describe('giving up', () => {
  it('is told by dead.settled alone, once', () => {
    const isGivenUp = (edge: Edge) => isIn(/^dead\.settled/, edge) && !isFrom(/^dead\.settled/, edge)
    expect(steps.some(isGivenUp)).toBe(true)
    expect(told(steps.filter((edge) => times('dead', edge) !== (isGivenUp(edge) ? 1 : 0)))).toEqual([])
  })

  it('follows a hopeless failure at once, and an exhausted schedule', () => {
    const failing = edges.filter((edge) => isFrom(/^reconnecting\.dialing/, edge)).filter(isOf('dial.failed'))
    const goingOn = failing.filter((edge) => isIn(/^reconnecting/, edge))
    expect(goingOn.length).toBeGreaterThan(0)
    for (const { event, variant } of goingOn) {
      expect(event).toMatchObject({ failure: failures.deadly, delayMs: expect.any(Number) })
      expect(variant.isSupervised).toBe(true)
    }
  })

  it('is the end of every loss without supervision', () => {
    const unsupervised = steps.filter(({ variant }) => !variant.isSupervised)
    expect(unsupervised.length).toBeGreaterThan(0)
    expect(told(unsupervised.filter((edge) => isIn(/^reconnecting/, edge)))).toEqual([])
  })
})

describe('the public word', () => {
  const outer = (edge: Edge): string => {
    const [first, second] = edge.target.split('.')
    return first === 'attached' ? second! : first!
  }

  it('is told whenever it changes, each time from the one told before', () => {
    const follows = (edge: Edge): boolean => {
      let { word } = edge.before.context
      for (const notice of edge.emitted) {
        if (notice.type !== 'state') continue
        if (notice.from !== word || notice.to === word) return false
        word = notice.to
      }
      return word === outer(edge) && word === edge.after.context.word
    }
    expect(told(steps.filter((edge) => !follows(edge)))).toEqual([])
  })

  it('is told before what the new state tells, and lost before all', () => {
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
    expect(steps.some((edge) => ranks(edge).length > 1)).toBe(true)
    expect(told(steps.filter(isDisorderly))).toEqual([])
  })
})

describe('every situation', () => {
  it('has a way out by facts and timers alone, but for idle, given up and closed', () => {
    const asked = /^(connect|end|statement|judge)/
    const ways = new Set(
      edges.filter(({ from, to, event }) => from !== to && !asked.test(event.type)).map(({ from }) => from),
    )
    const stuck = edges.filter(({ from }) => !ways.has(from)).map(({ source }) => source)
    expect([...new Set(stuck)].toSorted()).toEqual(['closed', 'dead.asBefore', 'dead.settled', 'idle'])
  })

  it('has a timer where it waits and nowhere else, however it was reached', () => {
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
    expect(told(wrong)).toEqual([])
  })

  it('knows of a next attempt exactly while it waits for one', () => {
    const wrong = edges.filter(
      ({ after, target }) => (after.context.nextAttemptAt !== undefined) !== target.endsWith('ing.waiting'),
    )
    expect(told(wrong)).toEqual([])
  })

  it.each(['idle', 'dead.settled', 'dead.asBefore', 'closed'])('%s has no child', (state) => {
    const resting = edges.filter((edge) => edge.source === state)
    expect(resting.length).toBeGreaterThan(0)
    expect(resting.filter(({ before }) => Object.keys(before.children).length > 0)).toEqual([])
  })
})
