import { describe, expect, it } from 'vitest'
import { Lane } from '../../../src/machines/mailbox/lane.ts'
import { Request } from '../../../src/machines/mailbox/request.ts'

function ask(init = {}) {
  const lane = new Lane<Request>('transaction')
  const told: unknown[][] = []
  const keeper = {
    answered: (request: Request, ...rest: unknown[]) => void told.push(['answered', request.id, ...rest]),
    settled: (request: Request, ...rest: unknown[]) => void told.push(['settled', request.id, ...rest]),
  }
  return { lane, told, request: new Request(3, { text: 'select 1', lane, ...init }, keeper) }
}

describe('a request', () => {
  it('is a plain statement of nobody in particular, unless it is said otherwise', () => {
    const { role, phase, isIdempotent, isPatient, isSolo, binary, wish } = ask().request
    expect({ role, phase, isIdempotent, isPatient, isSolo, binary, wish }).toEqual({
      role: 'statement',
      phase: 'queued',
      isIdempotent: false,
      isPatient: false,
      isSolo: false,
      binary: false,
      wish: undefined,
    })
  })

  it('is settled once, and says whether it took', () => {
    const { request, told } = ask()
    expect(request.settle(undefined)).toBe(true)
    expect(request.settle('too late')).toBe(false)
    expect(request.phase).toBe('settled')
    expect(told).toEqual([['settled', 3, undefined, undefined]])
  })

  it('leaves the first error of its lane there, which its caller may swallow', () => {
    const { request, lane } = ask()
    const other = new Request(
      4,
      { text: 'select 2', lane },
      { answered: () => undefined, settled: () => undefined },
    )
    request.settle('first')
    other.settle('second')
    expect(lane.firstError).toBe('first')
  })

  it('hands what the wire tells it to its keeper', () => {
    const { request, told } = ask()
    request.completed('COMMIT')
    request.answered('error', undefined, true)
    expect(request.completedCommand).toBe('COMMIT')
    expect(told).toEqual([['answered', 3, 'error', undefined, true]])
  })
})
