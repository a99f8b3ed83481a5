import { describe, expect, it } from 'vitest'
import { withFastPath } from '../../../../src/machines/fast-path.ts'
import { type ConnectionMachine, recordTrace } from '../../../../src/machines.ts'
import { alphabet } from '../../../model/alphabet.ts'
import { startChart } from '../../../support/chart-actor.ts'
import { edgeCounts, wayFaults } from '../../../support/world/chart-ways.ts'

const event = (type: string) => alphabet.find((each) => each.type === type) as never

function faultsOf(logic: (machine: ConnectionMachine) => ConnectionMachine): string[] {
  const { actor } = startChart({ logic: (machine) => withFastPath(logic(machine), () => undefined) })
  const trace = recordTrace({ name: 'watched', pending: 0, actor })
  for (const type of ['connect', 'dial.opened', 'session.lost', 'hungUp']) actor.send(event(type))
  return wayFaults(trace.lines())
}

describe('what a connection did', () => {
  it('is a way of the chart where the chart is as it is', () => {
    expect(faultsOf((machine) => machine)).toEqual([])
  })

  it('is none where it goes on and the chart gives up', () => {
    const [fault] = faultsOf((machine) => machine.provide({ guards: { mayReconnect: () => true } }))
    expect(fault).toContain('hungUp in dead.burying: took was dead.burying/hungUp/0')
    expect(fault).toContain('the chart says dead.burying/hungUp/1')
  })

  it('is counted, each transition as often as it was taken', () => {
    const step = { type: 'step', actor: 'x', at: 0, event: 'e', state: 's' } as const
    const lines = [
      { ...step, took: ['a/e/0', 'b/always/0'] },
      { ...step, took: ['a/e/0'], count: 7 },
    ]
    expect([...edgeCounts(lines)]).toEqual([
      ['a/e/0', 8],
      ['b/always/0', 1],
    ])
  })
})
