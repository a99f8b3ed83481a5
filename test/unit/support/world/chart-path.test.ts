import { describe, expect, it } from 'vitest'
import { createMachine } from 'xstate'
import { allowedSteps, pathFaults } from '../../../support/world/chart-path.ts'

const step = (from: string, to: string) => ({ from, to })

describe('the steps between public words', () => {
  it('are those that the transitions of the chart make', () => {
    expect([...allowedSteps()].sort()).toEqual([
      'closed → connecting',
      'closing → closed',
      'connected → closing',
      'connected → dead',
      'connected → inTransaction',
      'connected → querying',
      'connecting → closed',
      'connecting → closing',
      'connecting → connected',
      'connecting → dead',
      'connecting → idle',
      'dead → closing',
      'dead → connecting',
      'dead → reconnecting',
      'idle → closed',
      'idle → connecting',
      'inTransaction → closing',
      'inTransaction → connected',
      'inTransaction → dead',
      'inTransaction → querying',
      'querying → closing',
      'querying → connected',
      'querying → dead',
      'querying → inTransaction',
      'reconnecting → closing',
      'reconnecting → connected',
      'reconnecting → dead',
    ])
  })

  it('include words that are only passed on the way in', () => {
    const says = (to: string) => ({ type: 'announce', params: { to } })
    const { root } = createMachine({
      initial: 'a',
      states: {
        a: { entry: says('a'), always: 'b' },
        b: { entry: says('b'), initial: 'c', states: { c: { entry: says('c') } } },
      },
    })
    expect([...allowedSteps(root)].sort()).toEqual(['a → b', 'b → c'])
  })
})

describe('a sequence of states', () => {
  it('is a path of the chart', () => {
    expect(pathFaults([step('idle', 'connecting'), step('connecting', 'connected')])).toEqual([])
  })

  it('is none when a step is not in the chart', () => {
    expect(pathFaults([step('idle', 'connected')])).toEqual(['not a step of the chart: idle → connected'])
  })

  it('is none when a step begins where the last did not end', () => {
    expect(pathFaults([step('idle', 'connecting'), step('connected', 'dead')])).toEqual([
      'said to come from connected, and was connecting: connected → dead',
    ])
  })
})
