import { describe, expect, it } from 'vitest'
import { createFailure, type FailureKind } from '../../../src/errors/failure.ts'
import { beginRound, secondPass, sharesOf, without } from '../../../src/topology/round.ts'
import { endsRound, isLocalFault } from '../../../src/topology/round-verdict.ts'
import { shuffled } from '../../../src/topology/shuffle.ts'

const a = { host: 'a', port: 1 }
const b = { host: 'b', port: 1 }

describe('a round', () => {
  it('tries each host once', () => {
    const round = without(beginRound([a, b], 'primary'), a, true)
    expect([round.left, sharesOf(round)]).toEqual([[b], 1])
    expect(secondPass(without(round, b, false))).toBeUndefined()
  })

  it('goes in a second pass to those that answered, where a standby was only preferred', () => {
    let round = beginRound([a, b], 'prefer-standby')
    expect([round.wanted, sharesOf(round)]).toEqual(['standby', 3])
    round = without(without(round, a, false), b, true)
    expect(secondPass(round)).toEqual({ left: [b], wanted: 'any', fallback: undefined })
    expect(secondPass(without(beginRound([a], 'prefer-standby'), a, false))).toBeUndefined()
  })
})

describe('a failure to connect', () => {
  const failure = (kind: FailureKind, code?: string) =>
    createFailure({ kind, code, phase: 'connecting', message: '' })

  it.each<[FailureKind, string | undefined, boolean]>([
    ['network', 'ECONNREFUSED', false],
    ['network', 'ENOTFOUND', false],
    ['timeout', undefined, false],
    ['closed', undefined, false],
    ['protocol', undefined, false],
    ['monitor', undefined, false],
    ['server', '57P03', false],
    ['server', '28P01', true],
    ['server', '3D000', true],
    ['server', '53300', true],
    ['unknown', undefined, true],
  ])('%s %s ends the round: %s', (kind, code, ends) => {
    expect(endsRound(failure(kind, code))).toBe(ends)
  })

  it.each([
    ['EMFILE', true],
    ['EAI_AGAIN', true],
    ['ECONNREFUSED', false],
    ['ETIMEDOUT', false],
  ])('%s is our own fault: %s', (code, isOurs) => {
    expect(isLocalFault(failure('network', code))).toBe(isOurs)
  })
})

describe('a shuffle', () => {
  it('follows the source of chance, and makes every order', () => {
    expect(shuffled([1, 2, 3], () => 0)).toEqual([2, 3, 1])
    expect(shuffled([1, 2, 3], () => 0.999)).toEqual([1, 2, 3])
    const orders = new Set<string>()
    for (let first = 0; first < 3; first++)
      for (let second = 0; second < 2; second++) {
        const draws = [first / 3, second / 2]
        orders.add(shuffled([1, 2, 3], () => draws.shift() ?? 0).join(''))
      }
    expect(orders.size).toBe(6)
  })
})
