import { describe, expect, it } from 'vitest'
import { emit } from 'xstate'
import { connectionMachine } from '../../../src/machines/connection.machine.ts'
import { Onlookers } from '../../../src/machines/onlookers.ts'
import { startChart } from '../../support/chart-actor.ts'

function watched() {
  const { actor } = startChart()
  return { actor, onlookers: new Onlookers(connectionMachine, actor, false) }
}

describe('onlookers', () => {
  it('come with whoever listens to notifications, or to everything', () => {
    for (const type of ['notification', '*'] as const) {
      const { actor, onlookers } = watched()
      expect(onlookers.came).toBe(false)
      actor.on(type, () => undefined)
      expect(onlookers.came).toBe(true)
    }
  })

  it('come with whoever inspects the system', () => {
    const { actor, onlookers } = watched()
    actor.system.inspect(() => undefined)
    expect(onlookers.came).toBe(true)
  })

  it('do not come with whoever listens to something else', () => {
    const { actor, onlookers } = watched()
    const heard: string[] = []
    actor.on('state', ({ to }) => heard.push(to))
    actor.send({ type: 'connect', until: undefined })
    expect(heard).toEqual(['connecting'])
    expect(onlookers.came).toBe(false)
  })

  it('are not those of the house, who hear everything all the same', () => {
    const { actor, onlookers } = watched()
    const heard: string[] = []
    const subscription = onlookers.hear(({ type }) => heard.push(type))
    actor.send({ type: 'connect', until: undefined })
    subscription.unsubscribe()
    actor.send({ type: 'end', drainMs: 0 })
    expect(heard).toEqual(['state'])
    expect(onlookers.came).toBe(false)
  })

  it('are there from the start where a chart is inspected, or says notifications in a way of its own', () => {
    const { actor } = startChart()
    const own = connectionMachine.provide({ actions: { tellNotification: emit({ type: 'closed' }) } })
    expect(new Onlookers(connectionMachine, actor, true).came).toBe(true)
    expect(new Onlookers(own, actor, false).came).toBe(true)
  })
})
