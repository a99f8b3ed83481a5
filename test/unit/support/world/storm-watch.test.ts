import { describe, expect, it } from 'vitest'
import { stormFaults } from '../../../support/world/storm-watch.ts'

const attempts = (times: number[], { host = 'a:1', reachedServer = false } = {}) =>
  times.map((at) => ({ at, host, reachedServer }))
const every = (ms: number, count: number) => Array.from({ length: count }, (_, index) => index * ms)

describe('failed attempts', () => {
  it('are ten in any five seconds', () => {
    expect(stormFaults(attempts([...every(1, 10), 5000]))).toEqual([])
  })

  it('are a storm when there are eleven', () => {
    expect(stormFaults(attempts([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 4999]))).toEqual([
      '11 failed attempts at a:1 within 4999 ms',
    ])
    expect(stormFaults(attempts([0, ...every(500, 11).map((at) => at + 6000), 10_999]))).toHaveLength(1)
  })

  it('count for each host by itself', () => {
    expect(stormFaults([...attempts(every(1, 9)), ...attempts(every(1, 9), { host: 'b:1' })])).toEqual([])
  })

  it('are not those that the server answered', () => {
    expect(stormFaults(attempts(every(1, 50), { reachedServer: true }))).toEqual([])
  })
})
