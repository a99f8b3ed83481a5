import { describe, expect, it } from 'vitest'
import type { DeathChecker } from '../../../src/detectors/detector.ts'
import { total } from '../../../src/detectors/total.ts'
import { createFailure } from '../../../src/errors/failure.ts'

const failure = createFailure({ kind: 'server', phase: 'querying', message: 'the server said no' })

function judge(checker: unknown, verdict?: boolean) {
  const reports: unknown[] = []
  const answer = total(checker as DeathChecker, (error) => reports.push(error), verdict)(failure)
  return { answer, reports }
}

const broken = () => {
  throw new Error('who am I to judge')
}

describe('a total checker', () => {
  it.each([true, false])('passes on %s', (answer) => {
    expect(judge(() => answer)).toEqual({ answer, reports: [] })
  })

  it.each([
    [undefined, false],
    [0, false],
    ['yes', true],
    [{}, true],
  ])('makes of %s %s', (answer, verdict) => {
    expect(judge(() => answer)).toEqual({ answer: verdict, reports: [] })
  })

  it('takes a throw for deadly and reports it', () => {
    expect(judge(broken)).toEqual({ answer: true, reports: [new Error('who am I to judge')] })
  })

  it('gives another verdict where one is asked for', () => {
    expect(judge(broken, false).answer).toBe(false)
  })

  it('takes a promise for deadly, and reports it and its rejection', async () => {
    const { answer, reports } = judge(async () => broken())
    expect(answer).toBe(true)
    expect(reports).toEqual([expect.any(TypeError)])
    await Promise.resolve()
    expect(reports).toEqual([expect.any(TypeError), new Error('who am I to judge')])
  })
})
