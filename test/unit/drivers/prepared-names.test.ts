import { describe, expect, it } from 'vitest'
import type { Statement } from '../../../src/drivers/driver.ts'
import { PreparedNames } from '../../../src/drivers/prepared-names.ts'

const statement = (text: string, more: Partial<Statement> = {}): Statement => ({
  text,
  values: [1],
  name: undefined,
  rowMode: undefined,
  types: undefined,
  protocol: undefined,
  binary: false,
  answered: () => undefined,
  completed: () => undefined,
  ...more,
})

function session(limit: number) {
  const closed: string[] = []
  const names = new PreparedNames(limit, (name) => closed.push(name))
  /** Sends a statement and has it answered; returns the name it went by. */
  const run = (sent: Statement, isParsed = true): string | undefined => {
    const name = names.nameFor(sent)
    if (name !== undefined) names.answered(sent, name, isParsed)
    return name
  }
  return { names, closed, run }
}

describe('an automatic name', () => {
  it('is given from the second use of a text on, always the same', () => {
    const { run } = session(10)
    const uses = Array.from({ length: 4 }, () => run(statement('select $1')))
    expect(uses[0]).toBeUndefined()
    expect(uses[1]).toBeTypeOf('string')
    expect(uses.slice(1)).toEqual([uses[1], uses[1], uses[1]])
  })

  it('is another for each text', () => {
    const { run } = session(10)
    const twice = (text: string) => [run(statement(text)), run(statement(text))][1]
    expect(twice('select $1')).not.toBe(twice('select $1::text'))
  })

  it.each<[string, Partial<Statement>]>([
    ['without values', { values: undefined }],
    ['with an empty list of values', { values: [] }],
    ['by the simple protocol', { protocol: 'simple' }],
    ['of more than 16 384 characters', { text: 'x'.repeat(16_385) }],
  ])('is not given to a statement %s', (_, more) => {
    const { run } = session(10)
    const uses = Array.from({ length: 4 }, () => run(statement('select $1', more)))
    expect(uses).toEqual([undefined, undefined, undefined, undefined])
  })

  it('is never given when the limit is 0', () => {
    const { run } = session(0)
    expect([run(statement('a')), run(statement('a')), run(statement('a'))]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it('is used by nobody else until its first use is answered', () => {
    const { names } = session(10)
    const text = statement('select $1')
    names.nameFor(text)
    const name = names.nameFor(text)
    expect(names.nameFor(text)).toBeUndefined()
    names.answered(text, name!, true)
    expect(names.nameFor(text)).toBe(name)
  })

  it('is gone when the server did not take it; the next is new', () => {
    const { run } = session(10)
    run(statement('select $1'))
    const first = run(statement('select $1'), false)
    const second = run(statement('select $1'))
    expect(first).toBeDefined()
    expect(second).toBeDefined()
    expect(second).not.toBe(first)
  })

  it('is closed on the server when it is the least recently used beyond the limit', () => {
    const { run, closed } = session(2)
    const named = (text: string) => [run(statement(text)), run(statement(text))][1]
    const a = named('a')
    const b = named('b')
    run(statement('a'))
    named('c')
    expect(closed).toEqual([b])
    expect(run(statement('a'))).toBe(a)
  })

  it('that has to go while its first use is on its way is closed after that, if the server took it', () => {
    const { names, run, closed } = session(1)
    const first = statement('a')
    names.nameFor(first)
    const name = names.nameFor(first)!
    run(statement('b'))
    run(statement('b'))
    expect(closed).toEqual([])
    names.answered(first, name, true)
    expect(closed).toEqual([name])
  })

  it('that has to go while its first use is on its way is not closed if the server did not take it', () => {
    const { names, run, closed } = session(1)
    const first = statement('a')
    names.nameFor(first)
    const name = names.nameFor(first)!
    run(statement('b'))
    run(statement('b'))
    names.answered(first, name, false)
    expect(closed).toEqual([])
  })

  it('is never used again once the server has lost it, and closed there for good measure', () => {
    const { run, names, closed } = session(10)
    const text = statement('select $1')
    run(text)
    const lost = run(text)!
    names.forget(text, lost)
    expect(run(text)).not.toBe(lost)
    expect(closed).toEqual([lost])
  })

  it('is forgotten once, when several statements in the pipeline find that it is lost', () => {
    const { run, names, closed } = session(10)
    const text = statement('select $1')
    run(text)
    const lost = run(text)!
    names.forget(text, lost)
    run(text)
    const next = run(text)
    names.forget(text, lost)
    expect(run(text)).toBe(next)
    expect(closed).toEqual([lost])
  })
})

describe('a name that may mean something else by now', () => {
  const text = statement('select $1')

  function named() {
    const made = session(10)
    made.run(text)
    return { ...made, name: made.run(text)! }
  }

  it('is replaced in a transaction, and used outside of one, which proves it', () => {
    const { names, closed, name } = named()
    names.changed(false)
    expect(names.nameFor(text, false)).toBe(name)
    names.answered(text, name, true)
    expect(names.nameFor(text, true)).toBe(name)
    names.changed(false)
    const next = names.nameFor(text, true)
    expect(next).not.toBe(name)
    expect(closed).toEqual([name])
    names.answered(text, next!, true)
    expect(names.nameFor(text, true)).toBe(next)
  })

  it('is not proven by a use that failed', () => {
    const { names, name } = named()
    names.changed(false)
    names.nameFor(text, false)
    names.answered(text, name, true, false)
    expect(names.nameFor(text, true)).not.toBe(name)
  })

  it('is not used in the transaction that changed it, nor is another made there', () => {
    const { names, closed, name } = named()
    names.changed(true)
    expect([names.nameFor(text, true), names.nameFor(text, true)]).toEqual([undefined, undefined])
    expect(closed).toEqual([])
    expect(names.nameFor(text, false)).toBe(name)
  })

  it('is replaced in the next transaction, for the change may have been rolled back', () => {
    const { names, name } = named()
    names.changed(true)
    names.nameFor(statement('select 2'), false)
    const next = names.nameFor(text, true)
    expect(next).toBeTypeOf('string')
    expect(next).not.toBe(name)
  })

  it('is given anew when the user gave it', () => {
    const { names, run, closed } = session(0)
    const mine = statement('select $1', { name: 'mine' })
    run(mine)
    names.changed(false)
    expect(names.nameFor(mine, true)).toBe('mine')
    expect(closed).toEqual(['mine'])
    expect(names.nameFor(mine, true)).toBeUndefined()
    names.answered(mine, 'mine', true)
    expect(names.nameFor(mine, true)).toBe('mine')
  })
})

describe('when the server was told to forget names', () => {
  it('all are given anew, and closed in case it has kept some', () => {
    const { names, run, closed } = session(10)
    const mine = statement('select $1', { name: 'mine' })
    run(mine)
    run(statement('a'))
    const a = run(statement('a'))
    names.forgotten()
    expect(new Set(closed)).toEqual(new Set(['mine', a]))
    expect(run(statement('a'))).not.toBe(a)
    expect(run(mine)).toBe('mine')
  })

  it('those asked for behind that are kept', () => {
    const { names, closed } = session(0)
    const mine = statement('select $1', { name: 'mine' })
    names.nameFor(mine)
    names.forgotten()
    names.answered(mine, 'mine', true)
    expect([names.nameFor(mine), closed]).toEqual(['mine', []])
  })
})

describe('a name given by the user', () => {
  const given = (name: string, more: Partial<Statement> = {}) => statement('select $1', { name, ...more })

  it('is used from the first time on, whatever the limit', () => {
    const { run } = session(0)
    expect([run(given('mine')), run(given('mine'))]).toEqual(['mine', 'mine'])
  })

  it('is used by nobody else until its first use is answered', () => {
    const { names, run } = session(0)
    names.nameFor(given('mine'))
    expect(names.nameFor(given('mine'))).toBeUndefined()
    names.answered(given('mine'), 'mine', true)
    expect(run(given('mine'))).toBe('mine')
  })

  it('is tried again when the server did not take it', () => {
    const { run } = session(0)
    expect([run(given('mine'), false), run(given('mine'))]).toEqual(['mine', 'mine'])
  })

  it('gets a successor when the server has lost it, which is used from then on', () => {
    const { run, names } = session(0)
    run(given('mine'))
    names.forget(given('mine'), 'mine')
    const successor = run(given('mine'))
    expect(successor).toMatch(/^mine#/)
    expect(run(given('mine'))).toBe(successor)
    names.forget(given('mine'), successor!)
    expect(run(given('mine'))).not.toBe(successor)
  })

  it.each([
    ['longer than the 63 bytes that the server keeps', 'x'.repeat(64)],
    ['longer in bytes, though not in letters', 'ä'.repeat(32)],
    ['like one of ours', 'pgs_7'],
  ])('is replaced when it is %s', (_, name) => {
    const { run } = session(10)
    const used = run(given(name))!
    expect(used).not.toBe(name)
    expect(Buffer.byteLength(used)).toBeLessThanOrEqual(63)
    expect(run(given(name))).toBe(used)
    const automatic = [run(statement('select 2', {})), run(statement('select 2', {}))]
    expect(automatic).not.toContain(used)
  })

  it('is closed when it is the least recently used of more than 256', () => {
    const { run, closed } = session(0)
    for (let n = 0; n < 256; n++) run(given(`n${n}`))
    run(given('n0'))
    expect(closed).toEqual([])
    run(given('one too many'))
    expect(closed).toEqual(['n1'])
  })
})
