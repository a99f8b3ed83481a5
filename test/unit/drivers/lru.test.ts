import { describe, expect, it } from 'vitest'
import { Lru } from '../../../src/drivers/lru.ts'

const filled = (limit: number, ...keys: string[]): Lru<string> => {
  const lru = new Lru<string>(limit)
  for (const key of keys) lru.set(key, `value of ${key}`)
  return lru
}

describe('a least recently used map', () => {
  it('keeps what is put in', () => {
    const lru = filled(3, 'a', 'b')
    expect([lru.get('a'), lru.get('b'), lru.get('c'), lru.size]).toEqual([
      'value of a',
      'value of b',
      undefined,
      2,
    ])
  })

  it('gives up the one unused for longest, and returns it', () => {
    const lru = filled(2, 'a', 'b')
    expect(lru.set('c', 'value of c')).toBe('value of a')
    expect([lru.get('a'), lru.size]).toEqual([undefined, 2])
  })

  it('counts reading as use', () => {
    const lru = filled(3, 'a', 'b', 'c')
    lru.get('a')
    lru.get('b')
    expect(lru.set('d', 'value of d')).toBe('value of c')
    expect(lru.set('e', 'value of e')).toBe('value of a')
  })

  it('replaces a value without giving up another', () => {
    const lru = filled(2, 'a', 'b')
    expect(lru.set('a', 'another')).toBeUndefined()
    expect([lru.get('a'), lru.size]).toEqual(['another', 2])
    expect(lru.set('c', 'value of c')).toBe('value of b')
  })

  it.each([['a'], ['b'], ['c']])('forgets %s wherever in the order it stands', (key) => {
    const lru = filled(3, 'a', 'b', 'c')
    lru.delete(key)
    expect([lru.get(key), lru.size]).toEqual([undefined, 2])
    const left = ['a', 'b', 'c'].filter((other) => other !== key)
    expect(['d', 'e', 'f'].map((other) => lru.set(other, `value of ${other}`))).toEqual([
      undefined,
      ...left.map((other) => `value of ${other}`),
    ])
  })

  it('can be emptied and filled again', () => {
    const lru = filled(2, 'a')
    lru.delete('a')
    lru.delete('a')
    expect(lru.set('b', 'value of b')).toBeUndefined()
    expect([lru.get('b'), lru.size]).toEqual(['value of b', 1])
  })
})
