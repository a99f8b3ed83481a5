import { describe, expect, it } from 'vitest'
import {
  inOrder,
  isOutdated,
  recheckMs,
  type Sighting,
  unseen,
  withSighting,
} from '../../../src/topology/cluster-view.ts'
import { keyOf } from '../../../src/topology/target.ts'

const [a, b, c] = ['a', 'b', 'c'].map((host) => ({ host, port: 5432 })) as [Host, Host, Host]
type Host = { host: string; port: number }
const down: Sighting = { is: 'down' }
const primary: Sighting = { is: 'up', role: { isStandby: false, isReadOnly: false } }
const standby: Sighting = { is: 'up', role: { isStandby: true, isReadOnly: false } }

const seen = (...sightings: [Host, Sighting, number][]) =>
  sightings.reduce((view, [host, sighting, at]) => withSighting(view, keyOf(host), sighting, at), unseen)
const names = (hosts: Host[]) => hosts.map(({ host }) => host).join('')

describe('hosts are tried', () => {
  it('in the order given, while nothing speaks against any', () => {
    expect(names(inOrder([a, b, c], unseen, 'primary', 0))).toBe('abc')
    expect(names(inOrder([a, b, c], seen([a, primary, 0], [b, standby, 0]), 'any', 1))).toBe('abc')
  })

  it('with the unfit behind and the dead last', () => {
    const view = seen([a, down, 0], [b, standby, 0])
    expect(names(inOrder([a, b, c], view, 'read-write', 1))).toBe('cba')
    expect(names(inOrder([a, b, c], view, 'standby', 1))).toBe('bca')
    expect(names(inOrder([a, b, c], seen([a, primary, 0]), 'prefer-standby', 1))).toBe('bca')
  })

  it('with the dead that has rested longest before the others', () => {
    const view = seen([a, down, 2], [b, down, 1], [c, down, 3])
    expect(names(inOrder([a, b, c], view, 'any', 4))).toBe('bac')
  })

  it('in their places again after a while', () => {
    const view = seen([a, down, 0], [b, standby, 1])
    expect(names(inOrder([a, b, c], view, 'primary', recheckMs))).toBe('acb')
    expect(names(inOrder([a, b, c], view, 'primary', recheckMs + 1))).toBe('abc')
  })

  it('with one that is too far behind after the others', () => {
    expect(names(inOrder([a, b], seen([a, { ...standby, isStale: true }, 0]), 'any', 1))).toBe('ba')
  })
})

describe('of two primaries', () => {
  const of = (systemIdentifier: string, number: number): Sighting => ({
    ...primary,
    is: 'up',
    role: { isStandby: false, isReadOnly: false },
    timeline: { systemIdentifier, number },
  })

  it('the one of the higher timeline is the true one, whoever is met first', () => {
    for (const view of [
      seen([a, of('x', 1), 0], [b, of('x', 2), 1]),
      seen([b, of('x', 2), 0], [a, of('x', 1), 1]),
    ]) {
      expect(view.highest).toEqual({ systemIdentifier: 'x', number: 2, key: 'b:5432' })
      expect(isOutdated(view, { systemIdentifier: 'x', number: 1 })).toBe(true)
      expect(isOutdated(view, { systemIdentifier: 'x', number: 2 })).toBe(false)
      expect(names(inOrder([a, b], view, 'primary', 2))).toBe('ba')
    }
  })

  it('of different clusters nothing can be said', () => {
    const view = seen([a, of('x', 5), 0])
    expect(isOutdated(view, { systemIdentifier: 'y', number: 1 })).toBe(false)
    expect(withSighting(view, 'b:1', of('y', 1), 1).highest).toMatchObject({
      systemIdentifier: 'y',
      number: 1,
    })
  })
})
