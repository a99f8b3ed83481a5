import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Fifo } from '../../../src/machines/mailbox/fifo.ts'

describe('a fifo', () => {
  it('is empty at first', () => {
    const fifo = new Fifo<string>()
    expect([fifo.size, fifo.peek(), fifo.shift(), [...fifo]]).toEqual([0, undefined, undefined, []])
  })

  it('does what an array does, whatever is done with it', () => {
    const step = fc.oneof(
      fc.record({ push: fc.integer() }),
      fc.record({ shift: fc.constant(true) }),
      fc.record({ unshift: fc.array(fc.integer(), { maxLength: 3 }) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const fifo = new Fifo<number>()
        const array: number[] = []
        for (const done of steps) {
          const shifted = [fifo, array].map((queue) => ('shift' in done ? queue.shift() : undefined))
          expect(shifted[0]).toBe(shifted[1])
          if ('push' in done) for (const queue of [fifo, array]) queue.push(done.push)
          if ('unshift' in done) {
            fifo.unshift(done.unshift)
            array.unshift(...done.unshift)
          }
          expect([...fifo]).toEqual(array)
          expect([fifo.size, fifo.peek()]).toEqual([array.length, array[0]])
        }
      }),
    )
  })

  it('keeps its order beyond the length at which it makes room', () => {
    const fifo = new Fifo<number>()
    for (let n = 0; n < 20_000; n++) fifo.push(n)
    const first = Array.from({ length: 15_000 }, () => fifo.shift())
    expect(first).toEqual(Array.from({ length: 15_000 }, (_, n) => n))
    fifo.push(20_000)
    expect(fifo.size).toBe(5001)
    for (let n = 15_000; n <= 20_000; n++) expect(fifo.shift()).toBe(n)
    expect(fifo.shift()).toBeUndefined()
  })
})
