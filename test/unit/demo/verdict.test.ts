import { describe, expect, it } from 'vitest'
import type { Call } from '../../../demo/call-book.ts'
import { type Evidence, objections } from '../../../demo/verdict.ts'

const call = (told: Call['told'], ...rows: number[]): Call => {
  const made = { rows, begunAt: 0 }
  return told === undefined ? made : { ...made, settledAt: 1, told }
}

const sent = (number: number, at: number) => ({ number, askedAt: at, acceptedAt: at + 1 })

/** All went as it should, but for what is given. */
const found = (evidence: Partial<Evidence>) =>
  objections({
    calls: [call('answered', 1), call('refused', 2), call('unknown', 3), call('unknown', 4)],
    stored: new Set([1, 3]),
    sent: [sent(1, 0), sent(2, 2000)],
    heard: new Set([1]),
    gaps: [{ from: 1900, to: 2100 }],
    ...evidence,
  })

describe('the verdict of the demo', () => {
  it('objects to nothing when what was said is what is stored', () => {
    expect(found({})).toEqual([])
  })

  it.each<[string, Partial<Evidence>, string]>([
    [
      'a promise that is still pending',
      { calls: [call(undefined, 1)], stored: new Set() },
      '1 promises never settled',
    ],
    [
      'an acknowledged row that is not there',
      { calls: [call('answered', 1), call('answered', 2)], stored: new Set([2]) },
      '1 calls were answered, and their rows are missing',
    ],
    [
      'an acknowledged transaction of which half is there',
      { calls: [call('answered', 1, 2)], stored: new Set([2]) },
      '1 calls were answered, and their rows are missing',
    ],
    [
      'a row of a call that was told it had no effect',
      { calls: [call('refused', 1)], stored: new Set([1]) },
      '1 calls were told that nothing was applied, and it was',
    ],
    [
      'half of a transaction that ended unknown',
      { calls: [call('unknown', 1, 2)], stored: new Set([1]) },
      '1 transactions were applied by half',
    ],
    [
      'a row that no call wrote',
      { calls: [call('answered', 1)], stored: new Set([1, 7]) },
      '1 rows are there that nobody wrote',
    ],
    [
      'a notification missed outside of every gap',
      { sent: [sent(1, 0), sent(2, 5000)] },
      '1 notifications are missing, and no gap was announced for them',
    ],
  ])('objects to %s', (_, evidence, objection) => {
    expect(found(evidence)).toEqual([objection])
  })
})
