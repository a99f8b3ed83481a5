import { describe, expect, it } from 'vitest'
import { retry } from '../../../src/backoff/retry.ts'
import { InvalidOptionError } from '../../../src/errors/invalid-option-error.ts'
import { failing } from './failing.ts'

describe("retry's options", () => {
  it.each<[string, unknown]>([
    ['backoff', [0, 1]],
    ['shouldRetry', true],
    ['attemptTimeoutMs', 0],
    ['attemptTimeoutMs', '5'],
    ['signal', 'stop'],
    ['signal', null],
    ['clock', null],
    ['clock', { now: Date.now, setTimeout }],
    ['maxRetries', 3],
  ])('are refused by rejection: %s: %s', async (option, value) => {
    const { fn, calls } = failing(0)
    const promise = retry(fn, { [option]: value })
    await expect(promise).rejects.toBeInstanceOf(InvalidOptionError)
    await expect(promise).rejects.toThrow(`option \`${option}\``)
    expect(calls).toEqual([])
  })

  it.each([null, 5, 'soon', []])('are refused by rejection when they are none: %o', async (options) => {
    const { fn, calls } = failing(0)
    await expect(retry(fn, options as never)).rejects.toBeInstanceOf(InvalidOptionError)
    expect(calls).toEqual([])
  })

  it('must be given to a function', async () => {
    await expect(retry('SELECT 1' as never)).rejects.toThrow('option `fn` wants a function')
  })

  it('must allow one attempt', async () => {
    await expect(retry(() => 'done', { backoff: () => [] })).rejects.toThrow(
      'option `backoff` wants at least one delay',
    )
  })

  it('hold a schedule that may break: what it throws is what retry rejects with', async () => {
    const backoff = function* () {
      yield 0
      throw new Error('out of order')
    }
    const { fn } = failing(9)
    await expect(retry(fn, { backoff })).rejects.toThrow('out of order')
  })
})
