import { describe, expect, it } from 'vitest'
import { readDurableOptions } from '../../../../src/api/outbox/durable-options.ts'
import { readOutboxOptions } from '../../../../src/api/outbox/outbox-options.ts'
import { InvalidOptionError, Outbox } from '../../../../src/index.ts'

describe('the names of an outbox', () => {
  it('are quoted unless they are, and wake by the name of the table', () => {
    expect(readOutboxOptions({})).toEqual({
      table: '"outbox"',
      positions: '"outbox_position"',
      keyIndex: '"outbox_key"',
      channel: 'outbox',
    })
    expect(readOutboxOptions({ table: 'App."Out""box"', channel: 'C' })).toEqual({
      table: '"App"."Out""box"',
      positions: '"App"."Out""box_position"',
      keyIndex: '"Out""box_key"',
      channel: 'C',
    })
    expect(readOutboxOptions({ table: 'app.o', channel: false })).toMatchObject({ channel: undefined })
    expect(new Outbox().ddl).toMatch(/^create table "outbox" \([^;]*;\ncreate index [^;]*;\ncreate table/)
  })

  it.each([
    ['table', ''],
    ['table', 'a.b.c'],
    ['table', 'a..b'],
    ['table', '"a'],
    ['table', 'a\0'],
    ['table', 'x'.repeat(55)],
    ['table', `${'s'.repeat(64)}.t`],
    ['table', 7],
    ['channel', ''],
    ['channel', true],
    ['channel', 'ü'.repeat(32)],
    ['tabel', 'outbox'],
  ])('refuse %s: %j', (name, value) => {
    const read = () => new Outbox({ [name]: value })
    expect(read).toThrow(InvalidOptionError)
    expect(read).toThrow(name)
  })
})

describe('the options of a consumer', () => {
  it('have defaults, also where undefined is given', () => {
    expect(readDurableOptions({ batchSize: undefined } as object)).toMatchObject({
      batchSize: 100,
      pollMs: 5000,
      handlerTimeoutMs: 60_000,
      from: 'beginning',
    })
  })

  it.each([
    ['batchSize', 0],
    ['batchSize', 1.5],
    ['pollMs', 0],
    ['pollMs', 2 ** 31],
    ['handlerTimeoutMs', -1],
    ['handlerTimeoutMs', 0.5],
    ['from', 'end'],
    ['backoff', [1]],
    ['onError', 'log'],
    ['signal', {}],
    ['clock', {}],
    ['batchsize', 1],
  ])('refuse %s: %j', (name, value) => {
    const read = () => readDurableOptions({ [name]: value })
    expect(read).toThrow(InvalidOptionError)
    expect(read).toThrow(name)
  })
})
