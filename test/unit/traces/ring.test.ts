import { describe, expect, it } from 'vitest'
import { Ring } from '../../../src/traces/ring.ts'

describe('a ring', () => {
  it('keeps the last, in order, and hands back what had to make room', () => {
    const ring = new Ring<number>(3)
    expect([1, 2, 3, 4, 5].map((each) => ring.push(each))).toEqual([undefined, undefined, undefined, 1, 2])
    expect([...ring]).toEqual([3, 4, 5])
  })
})
