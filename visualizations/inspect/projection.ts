// What may leave the process: an allow-list for each kind of event. Numbers, words of our own vocabulary, codes in the form
// of codes. No message, no payload, no value, no reason in somebody's words: a deny-list has always leaked.
import type { Failure } from '../../src/errors/failure.ts'
import type { SupervisorErrorCode } from '../../src/errors/supervisor-error.ts'

type Plain = Record<string, unknown>
type Projection = (event: Plain) => Plain

const nothing: Projection = () => ({})

const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined
const countOf = (value: unknown): number | undefined => (Array.isArray(value) ? value.length : undefined)

const ourCodes: ReadonlySet<string> = new Set<SupervisorErrorCode>([
  'ALREADY_CONNECTED',
  'COMMIT_OUTCOME_UNKNOWN',
  'CONNECTION_CLOSED',
  'CONNECTION_DEAD',
  'CONNECTION_LOST',
  'CONNECT_FAILED',
  'HANDLE_REVOKED',
  'INVALID_OPTION',
  'NESTED_USE',
  'QUEUE_FULL',
  'REQUEST_TIMEOUT',
  'ROLLBACK_FAILED',
  'TRANSACTION_ABORTED',
  'TRANSACTION_CONTROL',
])

/** One of ours, a SQLSTATE, or the code of Node's error. */
export const codeOf = (value: unknown): string | undefined =>
  typeof value === 'string' && (ourCodes.has(value) || /^(?:[0-9A-Z]{5}|E[A-Z]{3,20})$/.test(value))
    ? value
    : undefined

const wordOf = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[a-zA-Z.]{1,40}$/.test(value) ? value : undefined

const ours = (value: unknown): Plain => (typeof value === 'object' && value !== null ? (value as Plain) : {})

export const hostOf = (value: unknown): string | undefined => {
  const { host, port } = ours(value)
  return typeof host === 'string' ? `${host}:${String(numberOf(port))}` : undefined
}

export function failureOf(value: unknown): Plain | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const failure = value as Failure
  return {
    kind: wordOf(failure.kind),
    phase: wordOf(failure.phase),
    code: codeOf(failure.code),
    severity: /^(?:ERROR|FATAL|PANIC|WARNING)$/.test(failure.severity ?? '') ? failure.severity : undefined,
    at: numberOf(failure.at),
  }
}

const failed: Projection = ({ failure, delayMs }) => ({
  failure: failureOf(failure),
  delayMs: numberOf(delayMs),
})

/** 'worker 1', as the chart of a pool calls its members. */
const memberOf = (value: unknown): string | undefined =>
  typeof value === 'string' && /^(?:worker|listener) \d+$/.test(value) ? value : undefined

const ofMember: Projection = ({ id, failure }) => ({ id: memberOf(id), failure: failureOf(failure) })

const projections: Readonly<Record<string, Projection>> = {
  connect: ({ until }) => ({ until: numberOf(until) }),
  'connect.abort': nothing,
  'connect.expire': failed,
  end: ({ drainMs }) => ({ drainMs: numberOf(drainMs) }),
  statement: ({ id }) => ({ id: numberOf(id) }),
  judge: failed,
  'dial.opened': ({ processId, host, channels }) => ({
    processId: numberOf(processId),
    host: hostOf(host),
    channels: countOf(channels),
  }),
  'dial.failed': failed,
  resolved: nothing,
  restored: nothing,
  'session.lost': ({ failure, silentSince }) => ({
    failure: failureOf(failure),
    silentSince: numberOf(silentSince),
  }),
  'session.notified': ({ notification }) => {
    const { payload, processId } = ours(notification)
    return {
      payloadLength: typeof payload === 'string' ? payload.length : undefined,
      processId: numberOf(processId),
    }
  },
  'session.noticed': ({ notice }) => ({ code: codeOf(ours(notice)['code']) }),
  'session.parameter': nothing,
  became: ({ occupation }) => ({ occupation: wordOf(occupation) }),
  retire: nothing,
  quiet: nothing,
  drained: nothing,
  hungUp: ({ delayMs }) => ({ delayMs: numberOf(delayMs) }),

  // Of a pool.
  start: nothing,
  'start.abort': nothing,
  demand: nothing,
  listen: nothing,
  unlisten: ofMember,
  dismiss: ({ id, reason }) => ({ id: memberOf(id), reason: wordOf(reason) }),
  adopt: nothing,
  release: ofMember,
  'member.up': ofMember,
  'member.down': ofMember,
  'member.dead': ofMember,
  'member.ended': ofMember,

  // Of a supervisor.
  report: failed,
  recover: nothing,
  stop: nothing,
  closed: failed,
  'attempt.opened': nothing,
  'attempt.failed': failed,
}

/** An event of no known type is told by that alone: even its name may be a stranger's secret. */
export function eventData(event: { readonly type: string }): { type: string; [field: string]: unknown } {
  const { type } = event
  const projection = Object.hasOwn(projections, type) ? projections[type] : undefined
  if (projection !== undefined) return { type, ...projection(event) }
  return { type: /^xstate\.[a-zA-Z.]{1,120}$/.test(type) ? type : 'unknown' }
}

const booleans = ['isSupervised', 'waitsWhileDown']
const numbers = [
  ...['attempts', 'delayMs', 'downSince', 'nextAttemptAt', 'silentSince', 'triesUntil', 'drainMs'],
  // Of a pool, and of a supervisor.
  ...['min', 'max', 'absent', 'since', 'life'],
]
const words = ['word', 'cameFrom']

/** Each member with what it is and how far. */
function membersOf(value: unknown): Plain {
  const shown: Plain = {}
  for (const [id, member] of Object.entries(ours(value))) {
    const { role, stage } = ours(member)
    if (memberOf(id) !== undefined) shown[id] = { role: wordOf(role), stage: wordOf(stage) }
  }
  return shown
}

/** Of any machine's context: what bears a name of ours and has a harmless form. */
export function contextData(context: unknown): Plain {
  const given = ours(context)
  const shown: Plain = {}
  for (const name of words) if (name in given) shown[name] = wordOf(given[name])
  for (const name of booleans) if (name in given) shown[name] = given[name] === true
  for (const name of numbers) if (name in given) shown[name] = numberOf(given[name])
  if ('failure' in given) shown['failure'] = failureOf(given['failure'])
  if ('retiring' in given) shown['retiring'] = given['retiring'] !== undefined
  if ('members' in given) shown['members'] = membersOf(given['members'])
  const session = ours(given['session'])
  if ('processId' in session) shown['processId'] = numberOf(session['processId'])
  if ('host' in session) shown['host'] = hostOf(session['host'])
  return shown
}

/** How a request ended, in the library's own words; a foreign error is only that. */
export function endOf(error: unknown): Plain {
  if (error === undefined) return { end: 'answered' }
  const { code, outcome, severity } = ours(error)
  const isServers = typeof severity === 'string' && outcome === undefined
  return {
    end: 'failed',
    code: codeOf(code),
    outcome:
      outcome === 'notApplied' || outcome === 'unknown' ? outcome : isServers ? 'notApplied' : undefined,
  }
}
