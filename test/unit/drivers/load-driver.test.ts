import { describe, expect, it } from 'vitest'
import { driverOf } from '../../../src/drivers/load-driver.ts'
import { InvalidOptionError } from '../../../src/index.ts'

const refusalOf = (name: string): string => {
  try {
    driverOf(name, 'driver')
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidOptionError)
    return (error as Error).message
  }
  throw new Error(`${name} is not refused`)
}

describe('a driver', () => {
  it.each(['pg', 'pglite'])('named %s is there', (name) => {
    expect(driverOf(name, 'driver').name).toBe(name)
  })

  it.each([
    ['pg-lite', 'pglite'],
    ['PG', 'pg'],
    ['pgnative', 'pg-native'],
  ])('named %s is not known, and %s is meant', (name, meant) => {
    expect(refusalOf(name)).toBe(
      `option \`driver\` wants 'pg', 'pglite' or a driver of your own (the nearest known one is '${meant}'), got '${name}'`,
    )
  })

  it('named like a member of every object is not known', () => {
    expect(refusalOf('constructor')).toContain('the nearest known one is')
  })

  it('that ends processes is refused, with its reason', () => {
    expect(refusalOf('pg-native')).toContain('pg-native ends the process when')
  })
})
