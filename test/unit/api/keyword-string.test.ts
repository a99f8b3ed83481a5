import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseKeywords } from '../../../src/api/options/keyword-string.ts'
import { InvalidOptionError } from '../../../src/errors/invalid-option-error.ts'
import { invalidOptionIn } from './refusal-of.ts'

const pairs = (text: string) => parseKeywords(text).map(({ name, value }) => [name, value])

describe('a keyword string', () => {
  it.each<[string, string[][]]>([
    ['', []],
    [' \t\r\n\v\f ', []],
    ['host=db', [['host', 'db']]],
    [
      'host=db port=5432',
      [
        ['host', 'db'],
        ['port', '5432'],
      ],
    ],
    ['  host \n=\t db  ', [['host', 'db']]],
    ["user='joe average'", [['user', 'joe average']]],
    ["user = 'joe'", [['user', 'joe']]],
    ["password=''", [['password', '']]],
    [String.raw`password='it\'s \\ \n'`, [['password', String.raw`it's \ n`]]],
    ["password='it''s'", [['password', "it's"]]],
    ["password=''''", [['password', "'"]]],
    [String.raw`password=it\'s\ a\\b`, [['password', String.raw`it's a\b`]]],
    ["password=it's", [['password', "it's"]]],
    ['password=a=b', [['password', 'a=b']]],
    ['password="q"', [['password', '"q"']]],
    ['password=\u00a0x', [['password', '\u00a0x']]],
    // The blank after `=` belongs to nobody, so the next word is the value; libpq reads it so.
    ['host= port=5432', [['host', 'port=5432']]],
    ['host=', [['host', '']]],
    // A lone backslash at the end is dropped; libpq does so.
    ['host=db\\', [['host', 'db']]],
    [
      "a='x'b='y'",
      [
        ['a', 'x'],
        ['b', 'y'],
      ],
    ],
    [
      'host=a host=b',
      [
        ['host', 'a'],
        ['host', 'b'],
      ],
    ],
  ])('%j is %j', (text, expected) => {
    expect(pairs(text)).toEqual(expected)
  })

  it.each<[string, string]>([
    ['host', '`keyword=value` pairs (see character 1)'],
    ['host=db app', '`keyword=value` pairs (see character 9)'],
    ['host=db user joe', '`keyword=value` pairs (see character 9)'],
    ['=db', '`keyword=value` pairs (see character 1)'],
    ['host=db = x', '`keyword=value` pairs (see character 9)'],
    ["password='open", 'each quote to be closed (see character 10)'],
    ["password= 'open=x", 'each quote to be closed (see character 11)'],
    [String.raw`password='open\'`, 'each quote to be closed (see character 10)'],
    ["password='", 'each quote to be closed (see character 10)'],
    ["password='''", 'each quote to be closed (see character 10)'],
  ])('%j is refused, by its place alone', (text, wanted) => {
    expect(() => parseKeywords(text)).toThrow(InvalidOptionError)
    expect(() => parseKeywords(text)).toThrow(`option \`connectionString\` wants ${wanted}, got a string`)
  })

  const blank = fc.stringMatching(/^[ \t\n\v\f\r]{0,3}$/)
  const separator = fc.stringMatching(/^[ \t\n\v\f\r]{1,3}$/)
  const value = fc.string({ unit: 'binary', maxLength: 20 })
  const awkward = fc.stringMatching(/^['\\ =\nab]{0,12}$/)
  const pair = fc.record({
    name: fc.stringMatching(/^[a-z_]{1,10}$/),
    value: fc.oneof(value, awkward),
    before: blank,
    after: blank,
    end: separator,
    style: fc.constantFrom('quoted', 'doubled', 'bare'),
  })

  function written(style: string, text: string): string {
    if (style === 'quoted') return `'${text.replace(/[\\']/g, '\\$&')}'`
    if (style === 'doubled') return `'${text.replace(/\\/g, '\\\\').replace(/'/g, "''")}'`
    return text === '' ? "''" : text.replace(/[\\' \t\n\v\f\r]/g, '\\$&')
  }

  it('gives back every value that was quoted for it, in any of the ways', () => {
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 5 }), (given) => {
        const text = given.map(
          ({ name, before, after, style, end, value: plain }) =>
            `${name}${before}=${after}${written(style, plain)}${end}`,
        )
        expect(pairs(text.join(''))).toEqual(given.map(({ name, value: plain }) => [name, plain]))
      }),
      { numRuns: 500 },
    )
  })

  it('is read or refused with an InvalidOptionError, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(awkward, fc.string({ unit: 'binary' })), (text) => {
        expect(() => invalidOptionIn(() => parseKeywords(text))).not.toThrow()
      }),
      { numRuns: 500 },
    )
  })
})
