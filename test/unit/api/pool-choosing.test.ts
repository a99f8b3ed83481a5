import { describe, expect, it } from 'vitest'
import { type Candidate, chooseAny, chooseIdle } from '../../../src/api/pool/choosing.ts'

const now = 1000
/** up and idle: '0'; up with so many pending, the oldest so many ms old: '2@30'; 'down', 'taken'. */
const members = (words: string): (Candidate & { at: number })[] =>
  words.split(' ').map((word, at) => {
    const [pending = '0', age = '0'] = word.split('@')
    const isDown = word === 'down'
    const isTaken = word === 'taken'
    return {
      at,
      isUp: !isDown,
      isTaken,
      pending: isDown || isTaken ? 0 : Number(pending),
      oldestAt: now - Number(age),
    }
  })

describe('for one statement', () => {
  it.each([
    ['0', 0],
    ['0 0 0', 0],
    ['1@0 0', 1],
    ['1@10 2@10', 0],
    ['3@10 2@10 2@10', 1],
    ['1@50 5@49', 1],
    ['1@50 1@60', undefined],
    ['down 1@10', 1],
    ['taken 4@10', 1],
    ['down down', undefined],
    ['taken down', undefined],
    ['down 0', 1],
  ])('of %s number %s is asked', (words, chosen) => {
    expect(chooseAny(members(words), now)?.at).toBe(chosen)
  })
})

describe('for exclusive use', () => {
  it.each([
    ['1@10 0 0', 1],
    ['1@10 2@10', undefined],
    ['down taken 0', 2],
    ['down', undefined],
  ])('of %s number %s is lent', (words, chosen) => {
    expect(chooseIdle(members(words))?.at).toBe(chosen)
  })
})
