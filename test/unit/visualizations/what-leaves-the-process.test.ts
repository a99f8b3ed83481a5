import { describe, expect, it } from 'vitest'
import { RequestTimeoutError } from '../../../src/index.ts'
import { charts } from '../../../visualizations/charts.ts'
import { codeOf, contextData, endOf, eventData } from '../../../visualizations/inspect/projection.ts'
import { keywordOf, markOf } from '../../../visualizations/inspect/sql-facts.ts'

describe('what the inspector says of a statement', () => {
  it.each([
    ['select 1', 'SELECT'],
    ['  \n(SELECT 1)', 'SELECT'],
    ['with a as (select 1) select * from a', 'WITH'],
    ['', 'probe'],
    [`'hunter2'`, 'statement'],
    ['hunter2', 'statement'],
    ['/* hunter2 */ select 1', 'statement'],
    [`selecthunter2`, 'statement'],
    [`E'\\'hunter2'`, 'statement'],
    [`select'hunter2'`, 'statement'],
  ])('%j: %s', (text, keyword) => {
    expect(keywordOf(text)).toBe(keyword)
  })

  it('is the same mark for the same text, which says nothing of the text', () => {
    expect(markOf('select 1')).toBe(markOf('select 1'))
    expect(markOf('select 1')).not.toBe(markOf('select 2'))
    expect(markOf('select 1')).toMatch(/^[0-9a-f]{6}$/)
  })
})

describe('what the inspector says of an event', () => {
  it('is nothing that is not on the list of its kind', () => {
    const failure = {
      kind: 'server',
      phase: 'idle',
      code: '57P01',
      severity: 'FATAL',
      message: 'hunter2',
      error: new Error('hunter2'),
      detail: 'hunter2',
      at: 5,
    }
    const event = { type: 'session.lost', failure, silentSince: 7, password: 'hunter2' }
    expect(eventData(event)).toEqual({
      type: 'session.lost',
      failure: { kind: 'server', phase: 'idle', code: '57P01', severity: 'FATAL', at: 5 },
      silentSince: 7,
    })
  })

  it('of a notification is the length of its payload', () => {
    const notification = { channel: 'hunter2', payload: 'hunter2', processId: 3 }
    expect(eventData({ type: 'session.notified', notification } as never)).toEqual({
      type: 'session.notified',
      payloadLength: 7,
      processId: 3,
    })
  })

  it.each(Object.entries(charts))(
    'of each kind that the chart of a %s knows is at least its type',
    (_, { root }) => {
      const types = root.machine.events.filter((type) => !type.startsWith('xstate.'))
      expect(types.filter((type) => eventData({ type }).type !== type)).toEqual([])
    },
  )

  it('of a member is its number, what it is and how far', () => {
    const failure = { kind: 'network', message: 'hunter2', at: 1 }
    expect(eventData({ type: 'member.dead', id: 'hunter2', failure } as never)).toEqual({
      type: 'member.dead',
      id: undefined,
      failure: expect.objectContaining({ kind: 'network' }) as object,
    })
    const members = { 'worker 1': { role: 'worker', stage: 'up', password: 'hunter2' }, hunter2: {} }
    expect(contextData({ max: 3, members })).toEqual({
      max: 3,
      members: { 'worker 1': { role: 'worker', stage: 'up' } },
    })
  })

  it('of no known type is not even the type', () => {
    expect(eventData({ type: 'hunter2' })).toEqual({ type: 'unknown' })
    expect(eventData({ type: 'constructor' })).toEqual({ type: 'unknown' })
    expect(eventData({ type: 'xstate.after.delay.connection.reconnecting.waiting' }).type).toContain('after')
  })
})

describe('what the inspector says of errors and contexts', () => {
  it('is a code where it has the form of one', () => {
    expect(['57P01', 'ECONNREFUSED', 'QUEUE_FULL'].map(codeOf)).toEqual([
      '57P01',
      'ECONNREFUSED',
      'QUEUE_FULL',
    ])
    expect(['hunter2', 'HUNTER_TWO', '', 5, undefined].map(codeOf)).toEqual(Array(5).fill(undefined))
  })

  it('of a request is how it ended', () => {
    expect(endOf(undefined)).toEqual({ end: 'answered' })
    const late = new RequestTimeoutError('hunter2', { phase: 'queue' } as never)
    expect(endOf(late)).toEqual({ end: 'failed', code: 'REQUEST_TIMEOUT', outcome: 'notApplied' })
    expect(endOf(new Error('hunter2'))).toEqual({ end: 'failed', code: undefined, outcome: undefined })
  })

  it('of a context is what has a name and a form of ours', () => {
    const context = { attempts: 2, word: 'dead', host: 'hunter2', password: 'hunter2', retiring: 'hunter2' }
    expect(contextData(context)).toEqual({ attempts: 2, word: 'dead', retiring: true })
  })
})
