import { describe, expect, it } from 'vitest'
import { Turns } from '../../../../src/api/cursors/turns.ts'

describe('turns', () => {
  it('come one after the other, in the order of asking', async () => {
    const turns = new Turns()
    const order: string[] = []
    const [first, second, third] = [turns.take(), turns.take(), turns.take()]
    void third.come.then(() => order.push('third'))
    void second.come.then(() => order.push('second'))
    await first.come
    order.push('first')
    expect([order, turns.isFree]).toEqual([['first'], false])
    first.over()
    await second.come
    second.over()
    await third.come
    third.over()
    expect([order, turns.isFree]).toEqual([['first', 'second', 'third'], true])
  })

  it('that are given up let nobody pass who was not next', async () => {
    const turns = new Turns()
    const [first, givenUp, third] = [turns.take(), turns.take(), turns.take()]
    let hasCome = false
    void third.come.then(() => (hasCome = true))
    givenUp.over()
    await first.come
    expect(hasCome).toBe(false)
    first.over()
    await third.come
    expect(hasCome).toBe(true)
  })
})
