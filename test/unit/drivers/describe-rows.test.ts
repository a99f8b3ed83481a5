import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeRows } from '../../../src/drivers/describe-rows.ts'
import { newResult, type PgField, type PgResult } from '../../../src/drivers/pg-internals.ts'

const int4 = 23
const text = 25

const field = (name: string, dataTypeID = text): PgField => ({ name, dataTypeID, format: 'text' })

const name = fc.oneof(
  fc.constantFrom('id', 'name', '__proto__', 'constructor', 'toString', '', '0', '7', 'id'),
  fc.string(),
)
const column = fc.record({
  name,
  dataTypeID: fc.constantFrom(int4, text, 1184),
  value: fc.constantFrom('7', null),
})

const read = (result: PgResult, values: unknown[]): unknown => result.parseRow(values)

describe('the description of rows', () => {
  it.each([['object'], ['array']] as const)("makes the same %ss as pg's own", (mode) => {
    const rowMode = mode === 'array' ? mode : undefined
    fc.assert(
      fc.property(fc.array(column, { maxLength: 6 }), (columns) => {
        const fields = columns.map((of) => field(of.name, of.dataTypeID))
        const values = columns.map(({ value }) => value)
        const [theirs, ours] = [newResult(rowMode, undefined), newResult(rowMode, undefined)]
        theirs.addFields(fields)
        describeRows(ours, fields)
        const [expected, row] = [read(theirs, values), read(ours, values)] as [object, object]
        expect(row).toEqual(expected)
        expect(Reflect.ownKeys(row)).toEqual(Reflect.ownKeys(expected))
        expect(Object.getPrototypeOf(row)).toBe(Object.getPrototypeOf(expected))
        expect(ours.fields).toEqual(theirs.fields)
      }),
    )
  })

  it('gives a column named __proto__ a property of its own', () => {
    const result = newResult(undefined, undefined)
    describeRows(result, [field('__proto__', int4), field('name')])
    const row = read(result, ['7', 'x']) as object
    expect(Object.getOwnPropertyDescriptor(row, '__proto__')?.value).toBe(7)
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype)
  })

  it("asks the result's own types for parsers, by type and format", () => {
    const asked: unknown[] = []
    const types = {
      getTypeParser: (oid: number, format: string) => {
        asked.push([oid, format])
        return (value: string) => `parsed ${value}`
      },
    }
    const result = newResult(undefined, types)
    describeRows(result, [field('a', int4), { name: 'b', dataTypeID: text, format: undefined }])
    expect(asked).toEqual([
      [int4, 'text'],
      [text, 'text'],
    ])
    expect(read(result, ['1', '2'])).toEqual({ a: 'parsed 1', b: 'parsed 2' })
  })
})
