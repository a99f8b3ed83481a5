import { describe, expect, it } from 'vitest'
import type { Wire, WireFact } from '../../../src/drivers/driver.ts'
import { Berth } from '../../../src/machines/session/berth.ts'

const wire = {} as Wire
const parameter = (name: string): WireFact => ({ type: 'parameter', name, value: 'on' })
const lost: WireFact = { type: 'lost', loss: { kind: 'closed', error: undefined } }

describe('a berth', () => {
  it('keeps what is said with nobody aboard for whoever boards next, in order', () => {
    const berth = new Berth()
    const report = berth.expect()
    report(parameter('a'))
    berth.moor(wire)
    report(parameter('b'))
    const heard: WireFact[] = []
    berth.board((fact) => heard.push(fact))
    report(parameter('c'))
    expect(heard).toEqual(['a', 'b', 'c'].map(parameter))
  })

  it('hears nothing more of a session that was cleared away, as when it is closed only then (txpostgres 32)', () => {
    const berth = new Berth()
    const old = berth.expect()
    berth.moor(wire)
    expect(berth.clear()).toBe(wire)
    old(lost)
    berth.expect()
    berth.moor(wire)
    old(lost)
    const heard: WireFact[] = []
    berth.board((fact) => heard.push(fact))
    old(lost)
    expect(heard).toEqual([])
  })
})
