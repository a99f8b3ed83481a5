import { describe, expect, it } from 'vitest'
import { nearestName } from '../../../src/errors/nearest-name.ts'

const known = [
  'name',
  'host',
  'hosts',
  'port',
  'connectTimeoutMs',
  'statementTimeoutMs',
  'queueLimit',
  'reconnect',
  'whileDown',
]

describe('the nearest name', () => {
  it.each([
    ['hots', 'host'],
    ['nmae', 'name'],
    ['quueLimit', 'queueLimit'],
    ['queueLimits', 'queueLimit'],
    ['QUEUELIMIT', 'queueLimit'],
    ['connectionTimeoutMillis', 'connectTimeoutMs'],
    ['statementTimeout', 'statementTimeoutMs'],
    ['reconect', 'reconnect'],
  ])('to %s is %s', (name, nearest) => {
    expect(nearestName(name, known)).toBe(nearest)
  })

  it('is the exchange of neighbours rather than two wrong letters', () => {
    expect(nearestName('abdc', ['abxy', 'abcd'])).toBe('abcd')
    expect(nearestName('ba', ['bcd', 'ab'])).toBe('ab')
  })

  it('is the first of equals', () => {
    expect(nearestName('x', ['a', 'b'])).toBe('a')
  })

  it('is nothing where nothing is known', () => {
    expect(nearestName('x', [])).toBeUndefined()
  })
})
