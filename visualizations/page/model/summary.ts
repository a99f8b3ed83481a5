// A step in few words, for a line of the log.
import { type Fields, type Step, textOf } from './step.ts'

export function summaryOf(step: Step): string {
  const { type, data } = step
  const failure = data['failure'] as Fields | undefined
  switch (type) {
    case 'statement':
    case 'request.asked':
      return words(said(data['sql']) ?? data['keyword'], `#${textOf(data['id'])}`, laneOf(data))
    case 'request.written':
      return words(`#${textOf(data['id'])}`, waited(data['waitedMs']))
    case 'request.settled':
      return words(`#${textOf(data['id'])}`, data['end'], data['code'], data['outcome'], inMs(data['ms']))
    case 'became':
      return words(data['occupation'])
    case 'dial.opened':
      return words(
        data['processId'] === undefined ? undefined : `process ${textOf(data['processId'])}`,
        data['host'],
      )
    case 'session.notified':
      return data['payloadLength'] === undefined ? '' : `${textOf(data['payloadLength'])} characters`
    case 'hungUp':
      return data['delayMs'] === undefined ? 'gives up' : `next in ${inMs(data['delayMs'])}`
    default:
      // Of a pool, its member.
      return words(
        data['id'],
        ...(failure === undefined ? [] : [failure['code'] ?? failure['kind'], failure['phase']]),
        data['reason'],
      )
  }
}

/** How the page calls an event that has a name only a machine could love. */
export function nameOf(type: string): string {
  if (type === 'xstate.init') return 'seen first'
  const timer = /^xstate\.after\.(\w+)/.exec(type) ?? /^after\.(\w+)/.exec(type)
  return timer === null ? type : `after ${timer[1]}`
}

const laneOf = (data: Fields): string | undefined => {
  const { lane } = data as { lane?: string }
  return lane === 'autocommit' ? undefined : lane
}

const said = (value: unknown): string | undefined =>
  typeof value === 'string' ? value.replace(/\s+/g, ' ').slice(0, 200) : undefined

const words = (...given: unknown[]): string =>
  given.filter((word) => word !== undefined && word !== '').join(' ')

const waited = (value: unknown): string | undefined =>
  typeof value === 'number' && value >= 1 ? `waited ${inMs(value)}` : undefined

const inMs = (value: unknown): string | undefined => (typeof value === 'number' ? span(value) : undefined)

/** '840 µs', '12 ms', '3.4 s', '2 min 5 s' */
export function span(ms: number): string {
  const size = Math.abs(ms)
  if (size < 0.0005) return '0'
  if (size < 1) return `${Math.round(ms * 1000)} µs`
  if (size < 10) return `${ms.toFixed(1)} ms`
  if (size < 1000) return `${Math.round(ms)} ms`
  if (size < 60_000) return `${(ms / 1000).toFixed(size < 10_000 ? 2 : 1)} s`
  if (size < 3_600_000) return `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1000)} s`
  return `${Math.floor(ms / 3_600_000)} h ${Math.floor((ms % 3_600_000) / 60_000)} min`
}
