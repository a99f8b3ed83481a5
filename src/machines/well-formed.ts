// The shape of every event of the vocabulary. The actor is public, so events come from strangers too.
import { isHostAddress } from '../drivers/host-address.ts'
import type { ConnectionEvent } from './connection.events.ts'
import { isOccupation } from './mailbox/occupation.ts'

type Shape = (event: Record<string, unknown>) => boolean

const isNumber = (value: unknown): boolean => typeof value === 'number' && !Number.isNaN(value)
const isOptionalNumber = (value: unknown): boolean => value === undefined || isNumber(value)
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null
const isFailure = (value: unknown): boolean =>
  isObject(value) &&
  typeof value['kind'] === 'string' &&
  typeof value['phase'] === 'string' &&
  typeof value['message'] === 'string' &&
  isNumber(value['at'])
const always: Shape = () => true

const shapes: Record<ConnectionEvent['type'], Shape> = {
  connect: (event) => isOptionalNumber(event['until']),
  'connect.abort': always,
  'connect.expire': (event) => isFailure(event['failure']),
  end: (event) => isNumber(event['drainMs']),
  statement: (event) => isNumber(event['id']),
  judge: (event) => isFailure(event['failure']),
  'dial.opened': (event) =>
    isNumber(event['processId']) &&
    isNumber(event['listeningSince']) &&
    Array.isArray(event['channels']) &&
    isHostAddress(event['host']),
  'dial.failed': (event) => isFailure(event['failure']) && isOptionalNumber(event['delayMs']),
  resolved: always,
  restored: always,
  'session.lost': (event) => isFailure(event['failure']) && isNumber(event['silentSince']),
  'session.notified': (event) =>
    isObject(event['notification']) && typeof event['notification']['channel'] === 'string',
  'session.noticed': (event) => isObject(event['notice']),
  'session.parameter': always,
  became: (event) => isOccupation(event['occupation']),
  retire: (event) => typeof event['reason'] === 'string',
  quiet: always,
  drained: always,
  hungUp: (event) => isOptionalNumber(event['delayMs']),
}

/** XState's own events (xstate.done…, xstate.after…) are none of ours, and pass. */
export function isWellFormed(event: { readonly type: string }): boolean {
  const { type } = event
  if (typeof type !== 'string') return false
  if (type.startsWith('xstate.')) return true
  return Object.hasOwn(shapes, type) && shapes[type as ConnectionEvent['type']](event)
}
