import { describe, expect, it } from 'vitest'
import { createFailure } from '../../../src/errors/failure.ts'
import type { ConnectionEvent } from '../../../src/machines/connection.events.ts'
import { isWellFormed } from '../../../src/machines/well-formed.ts'

const failure = createFailure({ kind: 'network', phase: 'idle', message: 'the network failed' })
const opened = {
  type: 'dial.opened' as const,
  processId: 1,
  host: { host: 'db', port: 5432 },
  listeningSince: 1,
  channels: ['jobs'],
} satisfies ConnectionEvent

/** One of each type, and what may be left out of it. */
const examples: {
  [Type in ConnectionEvent['type']]: [Extract<ConnectionEvent, { type: Type }>, ...string[]]
} = {
  connect: [{ type: 'connect', until: 1 }, 'until'],
  'connect.abort': [{ type: 'connect.abort' }],
  'connect.expire': [{ type: 'connect.expire', failure }],
  end: [{ type: 'end', drainMs: 0 }],
  statement: [{ type: 'statement', id: 1 }],
  judge: [{ type: 'judge', failure }],
  'dial.opened': [opened],
  'dial.failed': [{ type: 'dial.failed', failure, delayMs: 1 }, 'delayMs'],
  resolved: [{ type: 'resolved' }],
  restored: [{ type: 'restored' }],
  'session.lost': [{ type: 'session.lost', failure, silentSince: 1 }],
  'session.notified': [
    { type: 'session.notified', notification: { channel: 'a', payload: '', processId: 1 } },
  ],
  'session.noticed': [{ type: 'session.noticed', notice: { message: 'a' } }],
  'session.parameter': [{ type: 'session.parameter', name: 'a', value: 'b' }, 'name', 'value'],
  became: [{ type: 'became', occupation: 'connected' }],
  retire: [{ type: 'retire', reason: 'too old' }],
  quiet: [{ type: 'quiet' }],
  drained: [{ type: 'drained' }],
  hungUp: [{ type: 'hungUp', delayMs: 1 }, 'delayMs'],
}

const fields = Object.values(examples).flatMap(([event, ...optional]) =>
  Object.keys(event)
    .filter((field) => field !== 'type')
    .map((field) => ({ event, field, isOptional: optional.includes(field) })),
)

describe('an event of the vocabulary', () => {
  it.each(Object.values(examples).map(([event]) => event))('is well formed: $type', (event) => {
    expect(isWellFormed(event)).toBe(true)
  })

  it.each(fields)('$event.type has a $field', ({ event, field, isOptional }) => {
    const without = { ...event, [field]: undefined }
    expect(isWellFormed(without)).toBe(isOptional)
  })

  const typed = fields.filter(({ event }) => event.type !== 'session.parameter')
  it.each(typed)('$event.type has a $field of the right type', ({ event, field }) => {
    for (const wrong of [true, null, Symbol('s'), () => 1]) {
      expect(isWellFormed({ ...event, [field]: wrong }), String(wrong)).toBe(false)
    }
  })

  it('takes a failure only with its kind, phase, moment and words', () => {
    for (const field of ['kind', 'phase', 'at', 'message'] as const) {
      const { [field]: _, ...incomplete } = failure
      expect(isWellFormed({ type: 'judge', failure: incomplete } as never), field).toBe(false)
    }
  })
})

describe('an event of no known type', () => {
  it.each(['', 'frobnicate', 'toString', 'constructor', '__proto__', 'hasOwnProperty'])(
    'is not: %s',
    (type) => {
      expect(isWellFormed({ type })).toBe(false)
    },
  )

  it.each([undefined, null, 7, {}, Symbol('s')])('is not, with a type that is no text', (type) => {
    expect(isWellFormed({ type } as never)).toBe(false)
  })

  it("passes when it is XState's own", () => {
    expect(isWellFormed({ type: 'xstate.after.delay.connection.connecting.waiting' })).toBe(true)
  })
})
