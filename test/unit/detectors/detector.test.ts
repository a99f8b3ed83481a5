import { describe, expect, it } from 'vitest'
import { allOf, anyOf, type DeathChecker, not } from '../../../src/detectors/detector.ts'
import { createFailure } from '../../../src/errors/failure.ts'
import { InvalidOptionError } from '../../../src/errors/invalid-option-error.ts'

const failure = createFailure({ kind: 'server', phase: 'querying', message: 'the server said no' })
const yes: DeathChecker = () => true
const no: DeathChecker = () => false

describe.each([
  { checkers: [], any: false, all: true },
  { checkers: [yes], any: true, all: true },
  { checkers: [no], any: false, all: false },
  { checkers: [no, yes], any: true, all: false },
  { checkers: [yes, yes], any: true, all: true },
  { checkers: [no, no], any: false, all: false },
])('of $checkers.length checkers', ({ checkers, any, all }) => {
  it(`anyOf says ${any}, allOf says ${all}`, () => {
    expect(anyOf(...checkers)(failure)).toBe(any)
    expect(allOf(...checkers)(failure)).toBe(all)
  })
})

describe('a combination', () => {
  it('turns round what not is given', () => {
    expect(not(yes)(failure)).toBe(false)
    expect(not(no)(failure)).toBe(true)
  })

  it('hands the failure on', () => {
    const seen: unknown[] = []
    const watch: DeathChecker = (given) => seen.push(given) > 99
    anyOf(watch, not(watch), allOf(watch))(failure)
    expect(seen).toEqual([failure, failure])
  })

  it('asks no more than it must', () => {
    const broken: DeathChecker = () => {
      throw new Error('asked in vain')
    }
    expect(anyOf(yes, broken)(failure)).toBe(true)
    expect(allOf(no, broken)(failure)).toBe(false)
  })

  it.each([anyOf, allOf, not])('refuses what is no function: %o', (combine) => {
    expect(() => combine('57P01' as never)).toThrow(InvalidOptionError)
  })

  it('names the place of what is no function', () => {
    expect(() => anyOf(yes, undefined as never)).toThrow('option `anyOf[1]` wants a function, got undefined')
  })
})
