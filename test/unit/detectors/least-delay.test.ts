import { describe, expect, it } from 'vitest'
import { leastDelayMs } from '../../../src/detectors/least-delay.ts'
import { networkFailure, refusedLogin, serverError } from './failures.ts'

describe('the least delay before another attempt', () => {
  it.each([
    ['a wrong password', refusedLogin('28P01'), 5000],
    ['a role that may not log in', refusedLogin('28000'), 5000],
    ['a server that is full', refusedLogin('53300'), 1000],
    ['a server that is starting up', refusedLogin('57P03'), 0],
    ['a port that refuses', networkFailure('ECONNREFUSED'), 0],
    ['a failure without a code', networkFailure(undefined), 0],
    ['an error with such a code on a session that lives', serverError('28P01'), 0],
  ])('after %s is as long as that is worth', (_, failure, ms) => {
    expect(leastDelayMs(failure)).toBe(ms)
  })
})
