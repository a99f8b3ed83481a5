import { describe, expect, it } from 'vitest'
import { readPoolConfig } from '../../../src/api/options/read-pool-config.ts'
import { Connection, Pool, type PoolConfig } from '../../../src/index.ts'

describe('the options of a pool', () => {
  it('have the documented defaults', () => {
    expect(readPoolConfig('postgres://localhost/app')).toMatchObject({
      min: 0,
      max: 10,
      acquireTimeoutMs: 10_000,
      idleTimeoutMs: 30_000,
      maxLifetimeMs: 1_800_000,
      waitLimit: 10_000,
      leakThresholdMs: 0,
      reconnectRate: undefined,
      waitMs: undefined,
    })
  })

  it.each<[string, unknown, RegExp]>([
    ['min', -1, /`min` wants a whole number, 0 or more, got -1/],
    ['min', 11, /`min` wants at most `max`, which is 10, got 11/],
    ['max', 0, /`max` wants a whole number, 1 or more, got 0/],
    ['max', '5', /`max`/],
    ['acquireTimeoutMs', 0, /`acquireTimeoutMs`/],
    ['idleTimeoutMs', Number.NaN, /`idleTimeoutMs`/],
    ['maxLifetimeMs', -1, /`maxLifetimeMs`/],
    ['waitLimit', 0.5, /`waitLimit`/],
    ['leakThresholdMs', Number.POSITIVE_INFINITY, /`leakThresholdMs`/],
    ['reconnectRate', 0, /`reconnectRate` wants attempts per second/],
    ['connectionFactory', {}, /`connectionFactory` wants a function/],
    ['acquireTimeotMs', 1, /`acquireTimeotMs` is not known; the nearest known one is `acquireTimeoutMs`/],
    ['queueLimit', 0, /`queueLimit`/],
    ['aplication_name', 'x', /nearest known one is `application_name`/],
  ])('refuse %s: %s', (name, value, message) => {
    const make = () => new Pool({ [name]: value })
    expect(make).toThrow(message)
    expect(make).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  })

  it.each([7, [], true])('refuse %s in the place of all', (config) => {
    expect(() => new Pool(config as unknown as PoolConfig)).toThrow(/`config`/)
  })

  it('are read once, and handed to each connection without those of the pool', () => {
    const made: unknown[] = []
    const config: PoolConfig = {
      host: 'db',
      min: 1,
      name: 'books',
      whileDown: { waitMs: 5 },
      connectionFactory: (each) => {
        made.push(each)
        return new Connection(each)
      },
    }
    const settings = readPoolConfig(config)
    config.host = 'elsewhere'
    settings.makeConnection('books 1')
    expect(made).toEqual([{ host: 'db', name: 'books 1', whileDown: 'reject' }])
    expect(settings.waitMs).toBe(5)
  })
})
