import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  checkChannel,
  checkPayload,
  quoteName,
  quoteQualifiedName,
} from '../../../src/api/requests/identifiers.ts'
import { InvalidOptionError } from '../../../src/errors/invalid-option-error.ts'

describe('a quoted name', () => {
  it.each([
    ['orders', '"orders"'],
    ['Orders', '"Orders"'],
    ['a b', '"a b"'],
    ['a"b""', '"a""b"""""'],
    ['', '""'],
    ['x; drop table t', '"x; drop table t"'],
  ])('%j is %s', (name, quoted) => {
    expect(quoteName(name)).toBe(quoted)
  })

  it('can be read back, whatever it is', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        const quoted = quoteName(name)
        expect(quoted.slice(1, -1).replaceAll('""', '"')).toBe(name)
        expect(quoted.slice(1, -1).replaceAll('""', '')).not.toContain('"')
      }),
    )
  })
})

describe('a channel', () => {
  it.each(['a', 'A b"c', 'x'.repeat(63), 'ä'.repeat(31), 'orders;'])('may be %j', (channel) => {
    expect(() => checkChannel(channel)).not.toThrow()
  })

  it.each([
    ['', 'must not be empty'],
    ['a\0b', 'must not contain a NUL character'],
    ['x'.repeat(64), 'at most 63 bytes, this one has 64'],
    ['ä'.repeat(32), 'at most 63 bytes, this one has 64'],
  ])('may not be %j', (channel, reason) => {
    expect(() => checkChannel(channel)).toThrow(RangeError)
    expect(() => checkChannel(channel)).toThrow(reason)
  })

  it.each([undefined, null, 7, {}, ['a']])('is a text, and not %j', (channel) => {
    expect(() => checkChannel(channel)).toThrow(InvalidOptionError)
  })
})

describe('a payload', () => {
  it.each(['', 'x'.repeat(7999), 'ä'.repeat(3999)])('may have fewer than 8000 bytes', (payload) => {
    expect(() => checkPayload(payload)).not.toThrow()
  })

  it.each([
    ['x'.repeat(8000), 'fewer than 8000 bytes, this one has 8000'],
    ['ä'.repeat(4000), 'fewer than 8000 bytes, this one has 8000'],
    ['a\0', 'must not contain a NUL character'],
  ])('may not have more, nor a NUL', (payload, reason) => {
    expect(() => checkPayload(payload)).toThrow(RangeError)
    expect(() => checkPayload(payload)).toThrow(reason)
  })

  it.each([null, 7, {}])('is a text, and not %j', (payload) => {
    expect(() => checkPayload(payload)).toThrow(InvalidOptionError)
  })
})

describe('a qualified name', () => {
  it.each([
    ['f', '"f"'],
    ['F', '"F"'],
    ['s.f', '"s"."f"'],
    ['"s"."f"', '"s"."f"'],
    ['"a.b".c', '"a.b"."c"'],
    ['s."f""g"', '"s"."f""g"'],
    ['a b.c', '"a b"."c"'],
    ['f(); drop table t', '"f(); drop table t"'],
  ])('%s is %s', (name, quoted) => {
    expect(quoteQualifiedName(name)).toBe(quoted)
  })

  it.each(['', '.', 'a.', '.a', 'a..b', '""', 'a.""', '"a', 'a"b', '"a"b', '"a""', 'a\0b', '"a\0b"'])(
    'is not %j',
    (name) => {
      expect(() => quoteQualifiedName(name)).toThrow(RangeError)
    },
  )

  it('leaves no quote open, whatever it is made of', () => {
    const names = fc.array(fc.constantFrom('a', '"', '.', ' ', ';', '""', 'é'), { maxLength: 12 })
    const isRefused = (name: string): boolean => {
      try {
        quoteQualifiedName(name)
        return false
      } catch (error) {
        return error instanceof RangeError
      }
    }
    fc.assert(
      fc.property(names, (parts) => {
        const name = parts.join('')
        fc.pre(!isRefused(name))
        expect(quoteQualifiedName(name)).toMatch(/^"(?:[^"]|"")+"(?:\."(?:[^"]|"")+")*$/)
      }),
    )
  })
})
