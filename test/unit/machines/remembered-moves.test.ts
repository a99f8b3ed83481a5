import { describe, expect, it } from 'vitest'
import { withFastPath } from '../../../src/machines/fast-path.ts'
import type { Occupation } from '../../../src/machines/mailbox/occupation.ts'
import { startChart } from '../../support/chart-actor.ts'

/** How often the chart itself was asked where to go, once it is in a transaction. */
function asked(occupations: readonly Occupation[], hasOwnJudge: boolean): number {
  let times = 0
  const { actor } = startChart({
    logic: (machine) => {
      const given = hasOwnJudge
        ? machine.provide({ guards: { isNow: (_, { is, occupation }) => is === occupation } })
        : machine
      const transition: typeof given.transition = (snapshot, event, scope) => {
        if (event.type === 'became') times++
        return given.transition(snapshot, event, scope)
      }
      return withFastPath(Object.assign({}, given, { transition }), () => undefined)
    },
  })
  actor.send({ type: 'connect', until: undefined })
  const host = { host: 'db', port: 5432 }
  actor.send({ type: 'dial.opened', processId: 7, host, listeningSince: 1, channels: [] })
  for (const occupation of occupations) {
    actor.send({ type: 'became', occupation })
    const [outer, inner] = occupation.split('.')
    expect(actor.getSnapshot().value).toEqual({
      attached: inner === undefined ? outer : { inTransaction: inner },
    })
  }
  return times
}

const transactions = (count: number): Occupation[] =>
  Array.from({ length: count }, () => ['inTransaction.querying', 'inTransaction.committing'] as const).flat()

describe('moves within transactions', () => {
  it('are found by the chart once, and then remembered', () => {
    expect(asked(transactions(2), false)).toBe(3)
    expect(asked(transactions(20), false)).toBe(3)
  })

  it('are found anew when something else came between', () => {
    expect(asked([...transactions(2), 'connected', ...transactions(2)], false)).toBe(7)
  })

  it('are always found by a chart whose judge is not ours', () => {
    expect(asked(transactions(20), true)).toBe(40)
  })
})
