import { beforeAll, describe, expect, it } from 'vitest'
import { ceilingOf, floorOf, type MemberFact, membersOf } from '../../src/machines/pool/pool.context.ts'
import { explorePool, type PoolEdge, poolVariants } from './pool-exploration.ts'

let edges: PoolEdge[]
/** Edges on which anything happens. */
let steps: PoolEdge[]
beforeAll(() => {
  edges = poolVariants.flatMap(explorePool)
  steps = edges.filter(({ from, to, actions, emitted }) => from !== to || actions.length + emitted.length > 0)
}, 120_000)

/** Each kind of edge once, so that a failing test can be read. */
const told = (some: readonly PoolEdge[]): string[] => [
  ...new Set(some.map(({ source, event, target }) => `${source} — ${event.type} → ${target}`)),
]
const times = (type: string, { emitted }: PoolEdge): number =>
  emitted.filter((notice) => notice.type === type).length
const isBusyState = (state: string): boolean => /^(starting|running|closing)/.test(state)

describe('the chart of a pool, walked through all that can be said to it', () => {
  it('has as many situations and steps as it had when somebody last looked', () => {
    const counts = poolVariants.map((variant) => {
      const own = edges.filter((edge) => edge.variant === variant)
      const taken = steps.filter((edge) => edge.variant === variant)
      return { ...variant, situations: new Set(own.map(({ from }) => from)).size, steps: taken.length }
    })
    // A situation is a state with who is there, and how far each has come.
    expect(counts).toEqual([
      { min: 0, max: 1, isHandled: false, situations: 22, steps: 97 },
      { min: 1, max: 1, isHandled: true, situations: 1066, steps: 13_410 },
      { min: 1, max: 2, isHandled: false, situations: 102, steps: 788 },
    ])
  })

  it('passes through every state', () => {
    const states = new Set(edges.map(({ source }) => source))
    expect([...states].toSorted()).toEqual([
      'closed',
      'closing.draining',
      'closing.terminating',
      'idle',
      'running.down.complete',
      'running.down.short',
      'running.open.complete',
      'running.open.short',
      'starting.dialing',
      'starting.retreating',
    ])
  })

  it('keeps its context plain, so that inspectors can print it and nothing secret hangs on it', () => {
    const contexts = new Map(edges.map(({ to, after }) => [to, after.context]))
    for (const { failure: _, ...context } of contexts.values())
      expect(JSON.parse(JSON.stringify(context))).toEqual(context)
  })
})

describe('a member', () => {
  it('has an actor exactly as long as the chart knows of it', () => {
    const wrong = steps.filter(({ before, after, spawned, stopped }) => {
      // A number may be given anew in the same step.
      const left = Object.keys(before.context.members).filter((id) => !stopped.includes(id))
      const expected = [...left, ...spawned.filter((id) => id !== 'drain')]
      return expected.toSorted().join() !== Object.keys(after.context.members).toSorted().join()
    })
    expect(told(wrong)).toEqual([])
  })

  it('is never more than there may be, but for those put in by hand', () => {
    const workers = ({ after }: PoolEdge) => membersOf(after.context, 'worker').length
    const grown = steps.filter((edge) => edge.spawned.length > 0 && edge.event.type !== 'adopt')
    expect(grown.length).toBeGreaterThan(0)
    const many = grown.filter(
      (edge) =>
        edge.spawned.some((id) => id.startsWith('worker')) && workers(edge) > ceilingOf(edge.after.context),
    )
    expect(told(many)).toEqual([])
  })

  it('is dialled by one alone while nobody is up and somebody has failed', () => {
    const spawning = steps.filter(
      ({ spawned, after, event }) =>
        after.context.failure !== undefined &&
        event.type !== 'adopt' &&
        spawned.some((id) => id.startsWith('worker')),
    )
    expect(spawning.length).toBeGreaterThan(0)
    const many = spawning.filter(({ after }) => membersOf(after.context, 'worker').length > 1)
    expect(told(many)).toEqual([])
  })

  it('that was given up is dropped, where it is a worker, and kept where subscriptions hang on it', () => {
    const dead = steps.filter(({ event }) => event.type === 'member.dead')
    const roleOf = ({ before, event }: PoolEdge): MemberFact | undefined =>
      'id' in event ? before.context.members[event.id] : undefined
    const isKept = ({ after, event }: PoolEdge): boolean => 'id' in event && event.id in after.context.members
    const workers = dead.filter((edge) => roleOf(edge)?.role === 'worker')
    expect(told(workers.filter(isKept))).toEqual([])
    const listeners = dead.filter(
      (edge) => roleOf(edge)?.role === 'listener' && edge.source.startsWith('running'),
    )
    expect(told(listeners.filter((edge) => !isKept(edge)))).toEqual([])
  })

  it('that is one of the last `min` is let go for its age, and not for idleness', () => {
    const dismissed = steps.filter(({ event, commands }) => event.type === 'dismiss' && commands.length > 0)
    const idle = dismissed.filter(({ event }) => event.type === 'dismiss' && event.reason === 'idle')
    expect(idle.length).toBeGreaterThan(0)
    const tooFew = idle.filter(
      ({ after }) =>
        membersOf(after.context, 'worker', 'connecting', 'up', 'down').length < floorOf(after.context),
    )
    expect(told(tooFew)).toEqual([])
    expect(dismissed.some(({ event }) => event.type === 'dismiss' && event.reason === 'old')).toBe(true)
  })

  it('taken out lowers the floor and the ceiling, put in raises them', () => {
    const by = (type: string, change: number) =>
      steps.filter(
        ({ event, before, after, from, to }) =>
          event.type === type && from !== to && after.context.absent - before.context.absent !== change,
      )
    expect(told(by('release', 1))).toEqual([])
    expect(told(by('adopt', -1))).toEqual([])
  })
})

describe('start()', () => {
  it('is told done only when all of `min` are up, and failed only when nobody is left', () => {
    const started = steps.filter((edge) => times('started', edge) > 0)
    expect(started.length).toBeGreaterThan(0)
    const early = started.filter(
      ({ after }) => membersOf(after.context, 'worker', 'up').length < floorOf(after.context),
    )
    expect(told(early)).toEqual([])
    const failed = steps.filter((edge) => times('startFailed', edge) > 0)
    expect(failed.length).toBeGreaterThan(0)
    expect(
      told(
        failed.filter(
          ({ after, target }) => target !== 'idle' || Object.keys(after.context.members).length > 0,
        ),
      ),
    ).toEqual([])
  })

  it('takes one failure for the failure of all', () => {
    const dead = edges.filter(
      ({ source, event, before }) =>
        source === 'starting.dialing' &&
        event.type === 'member.dead' &&
        before.context.members[event.id]?.role === 'worker',
    )
    expect(dead.length).toBeGreaterThan(0)
    expect(told(dead.filter(({ target }) => target !== 'starting.retreating' && target !== 'idle'))).toEqual(
      [],
    )
  })
})

describe('an outage', () => {
  it('is what the chart says it is: nobody up, and somebody failed', () => {
    const running = edges.filter(({ target }) => target.startsWith('running'))
    const wrong = running.filter(({ target, after }) => {
      const isDown =
        after.context.failure !== undefined && membersOf(after.context, 'worker', 'up').length === 0
      return target.startsWith('running.down') !== isDown
    })
    expect(told(wrong)).toEqual([])
  })

  it('is told when it begins, and its end when it ends', () => {
    const begun = (edge: PoolEdge) =>
      !edge.source.startsWith('running.down') && edge.target.startsWith('running.down')
    const ended = (edge: PoolEdge) =>
      edge.source.startsWith('running.down') && edge.target.startsWith('running.open')
    expect(steps.some(begun)).toBe(true)
    expect(told(steps.filter((edge) => begun(edge) && times('down', edge) !== 1))).toEqual([])
    expect(told(steps.filter((edge) => times('up', edge) !== (ended(edge) ? 1 : 0)))).toEqual([])
  })

  it('has somebody who will dial, or a timer, or a request to wait for, in every situation', () => {
    const stuck = edges.filter(
      ({ target, after }) =>
        target === 'running.down.complete' &&
        membersOf(after.context, 'worker').length === 0 &&
        floorOf(after.context) > 0,
    )
    expect(told(stuck)).toEqual([])
  })
})

describe('end()', () => {
  it('leads into closing or closed from everywhere, and never back', () => {
    const ending = edges.filter(({ event }) => event.type === 'end')
    expect(told(ending.filter(({ target }) => !target.startsWith('clos')))).toEqual([])
    const leaving = edges.filter(
      ({ source, target }) => source.startsWith('clos') && !target.startsWith('clos'),
    )
    expect(told(leaving)).toEqual([])
  })

  it('refuses those who wait, and tells every member that is there to end', () => {
    const entering = steps.filter(
      ({ source, target }) => /^closing\.term|^closed/.test(target) && !/^closing\.term|^closed/.test(source),
    )
    expect(entering.length).toBeGreaterThan(0)
    expect(told(entering.filter(({ actions }) => !actions.includes('shut')))).toEqual([])
    const forgotten = entering.filter(({ before, after, commands }) =>
      Object.keys(after.context.members).some(
        (id) =>
          before.context.members[id]?.stage !== 'ending' &&
          !commands.some(({ to, type }) => to === id && type === 'end'),
      ),
    )
    expect(told(forgotten)).toEqual([])
  })

  it('is told once, when nobody is left', () => {
    const closing = (edge: PoolEdge) => edge.target === 'closed' && edge.source !== 'closed'
    expect(told(steps.filter((edge) => times('closed', edge) !== (closing(edge) ? 1 : 0)))).toEqual([])
    expect(
      told(steps.filter((edge) => closing(edge) && Object.keys(edge.after.context.members).length > 0)),
    ).toEqual([])
  })

  it('makes nobody any more', () => {
    const making = steps.filter(
      ({ source, spawned }) => source.startsWith('clos') && spawned.some((id) => id !== 'drain'),
    )
    expect(told(making)).toEqual([])
  })
})

describe('every situation', () => {
  it('sends a member nothing unless there is its actor', () => {
    const lost = steps.filter(({ before, commands, spawned }) =>
      commands.some(({ to }) => !(to in before.context.members) && !spawned.includes(to)),
    )
    expect(told(lost)).toEqual([])
  })

  it('without members is one of rest, or asks for none', () => {
    const empty = edges.filter(
      ({ target, after }) => isBusyState(target) && Object.keys(after.context.members).length === 0,
    )
    expect(new Set(empty.map(({ target }) => target))).toEqual(
      new Set([
        'running.open.complete',
        'running.open.short',
        'running.down.short',
        'running.down.complete',
        'closing.draining',
      ]),
    )
  })
})
