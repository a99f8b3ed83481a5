import { describe, expect, it } from 'vitest'
import { checkFunction, checkNames, checkNumber } from '../../../src/errors/check-option.ts'
import { InvalidOptionError, invalidOption, unknownOption } from '../../../src/errors/invalid-option-error.ts'

describe('the message of an invalid option', () => {
  it('names the option, what was wanted and what came', () => {
    const error = invalidOption('queueLimit', 'a whole number of at least 1', -3)
    expect(error).toBeInstanceOf(InvalidOptionError)
    expect(error.message).toBe('option `queueLimit` wants a whole number of at least 1, got -3')
  })

  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    [Number.NaN, 'NaN'],
    [10n, '10'],
    [true, 'true'],
    ['object', "'object'"],
    ['', "''"],
    [[1], 'an array'],
    [{ secret: 1 }, 'an object'],
    [() => 1, 'a function'],
    [Symbol('x'), 'a symbol'],
  ])('describes %s', (value, got) => {
    expect(invalidOption('rowMode', 'x', value).message).toBe(`option \`rowMode\` wants x, got ${got}`)
  })

  it.each([
    ['password', 'hunter2'],
    ['password', 1234],
    ['connectionString', 'hunter2'],
    ['ssl', 'hunter2'],
    ['ssl.key', 'hunter2'],
    ['ssl.passphrase', 'hunter2'],
    ['settings.jwt', 'hunter2'],
  ])('says only the type of %s', (option, value) => {
    const { message } = invalidOption(option, 'something else', value)
    expect(message).toBe(`option \`${option}\` wants something else, got a ${typeof value}`)
  })

  it.each(['postgres://joe:hunter2@db/app', 'host=db password=hunter2', 'x'.repeat(41)])(
    'does not repeat %s, whatever the option',
    (value) => {
      expect(invalidOption('hosts', 'a list', value).message).toBe(
        'option `hosts` wants a list, got a string',
      )
    },
  )
})

describe('the message of an unknown option', () => {
  it('names the nearest known one', () => {
    expect(unknownOption('quereLimit', ['name', 'queueLimit']).message).toBe(
      'option `quereLimit` is not known; the nearest known one is `queueLimit`',
    )
  })

  it('names the way to both', () => {
    expect(unknownOption('isDaed', ['isDead'], 'reconnect.').message).toBe(
      'option `reconnect.isDaed` is not known; the nearest known one is `reconnect.isDead`',
    )
  })

  it('says no more where nothing is known', () => {
    expect(unknownOption('x', []).message).toBe('option `x` is not known')
  })
})

describe('checking an option', () => {
  it('lets pass what holds', () => {
    expect(() => checkNumber('n', 3, 'a number above 2', (n) => n > 2)).not.toThrow()
    expect(() => checkFunction('f', () => 1)).not.toThrow()
    expect(() => checkNames({ a: 1 }, ['a', 'b'])).not.toThrow()
    expect(() => checkNames(Object.assign(Object.create(null), { b: 1 }), ['a', 'b'])).not.toThrow()
  })

  it.each([2, '3', Number.NaN, undefined])('refuses %s where a number above 2 is wanted', (value) => {
    expect(() => checkNumber('n', value, 'a number above 2', (n) => n > 2)).toThrow(InvalidOptionError)
  })

  it('refuses what is no function', () => {
    expect(() => checkFunction('f', {})).toThrow('option `f` wants a function, got an object')
  })

  it('refuses an unknown name of a plain object', () => {
    expect(() => checkNames({ c: 1 }, ['a'], 'x.')).toThrow('option `x.c` is not known')
    const bare = Object.assign(Object.create(null), { c: 1 })
    expect(() => checkNames(bare, ['a'])).toThrow(InvalidOptionError)
  })

  it('leaves the members of a class alone', () => {
    class Options {
      c = 1
    }
    expect(() => checkNames(new Options(), ['a'])).not.toThrow()
  })
})
