import { describe, expect, it } from 'vitest'
import { RequestTimes } from '../../../src/traces/request-times.ts'

describe('the times of requests', () => {
  it('are told once, in whatever order requests end', () => {
    const times = new RequestTimes(4)
    times.begin(1, 10)
    times.begin(2, 20)
    expect([times.end(2), times.end(1), times.end(1)]).toEqual([20, 10, undefined])
  })

  it('are not known of one that so many have followed, nor of one that was never begun', () => {
    const times = new RequestTimes(4)
    times.begin(1, 10)
    times.begin(5, 50)
    expect([times.end(1), times.end(5), times.end(7)]).toEqual([undefined, 50, undefined])
  })
})
