import { describe, expect, it } from 'vitest'
import { eventually } from '../../support/eventually.ts'

describe('eventually', () => {
  it('returns the first answer that is not false', async () => {
    const answers = [false, false, 0, 1] as const
    let asked = 0
    expect(await eventually(() => answers[asked++], { what: 'a number comes' })).toBe(0)
    expect(asked).toBe(3)
  })

  it('repeats an assertion until it holds', async () => {
    let value = 0
    await eventually(
      () => {
        value += 1
        expect(value).toBe(3)
      },
      { what: 'the value is 3' },
    )
    expect(value).toBe(3)
  })

  it('says what it waited for and what the check said last', async () => {
    const cause = new Error('still two')
    const check = () => Promise.reject(cause)
    await expect(eventually(check, { what: 'one backend is left', timeoutMs: 20 })).rejects.toMatchObject({
      message: 'did not happen within 20 ms: one backend is left (still two)',
      cause,
    })
  })

  it('gives up on a check that never answers', async () => {
    const silent = () => new Promise<true>(() => {})
    await expect(eventually(silent, { what: 'an answer', timeoutMs: 20 })).rejects.toThrow(
      'did not happen within 20 ms: an answer (the check did not answer)',
    )
  })
})
