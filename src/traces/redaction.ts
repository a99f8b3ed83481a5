// What may be written down of an event or a context: by allow-list, field by field, for what is forbidden has no end. No
// message, no text of a statement, no value, no payload, and no name that users or servers chose.
import { isOurs, type TracedData, type TracedMachine, type TracedValue } from './trace-format.ts'

type Fields = Readonly<Record<string, unknown>>
type Projection = (value: unknown) => TracedValue | undefined

const number: Projection = (value) =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined
const flag: Projection = (value) => (typeof value === 'boolean' ? value : undefined)
const isThere: Projection = (value) => value !== undefined
const amount: Projection = (value) => (Array.isArray(value) ? value.length : undefined)

/** Nothing but the words that there are. */
const oneOf =
  (...words: readonly string[]): Projection =>
  (value) =>
    words.find((word) => word === value)

/** SQLSTATEs, and the codes of Node; a monitor of the user's may report any text as its code. */
const code: Projection = (value) =>
  typeof value === 'string' && /^([0-9A-Z]{5}|E[A-Z]{2,20}|E(RR|AI)_[A-Z_]{2,40})$/.test(value)
    ? value
    : undefined

const severity = oneOf('DEBUG', 'LOG', 'INFO', 'NOTICE', 'WARNING', 'ERROR', 'FATAL', 'PANIC')
const states = 'idle connecting connected querying inTransaction dead reconnecting closing closed'.split(' ')
const inTransaction = ['waiting', 'querying', 'failed', 'committing', 'rollingBack']

const fieldsOf = (projections: Readonly<Record<string, Projection>>) => {
  const list = Object.entries(projections)
  return (value: unknown): TracedData => {
    const traced: Record<string, TracedValue> = {}
    for (const [name, project] of list) {
      const projected = project((value as Fields | undefined)?.[name])
      if (projected !== undefined) traced[name] = projected
    }
    return traced
  }
}

const failureFields = fieldsOf({
  kind: oneOf('server', 'network', 'protocol', 'timeout', 'monitor', 'rollback', 'closed', 'unknown'),
  phase: oneOf('connecting', 'idle', 'querying', 'inTransaction', 'committing'),
  code,
  severity,
  readOnlyTransaction: flag,
  at: number,
})

/** A failure without its words. */
export const tracedFailure = (failure: unknown): TracedData | undefined =>
  failure === undefined ? undefined : failureFields(failure)

const failure: Projection = tracedFailure

/** Of a pool, as its chart calls them. */
const memberId: Projection = (value) =>
  typeof value === 'string' && /^(worker|listener) \d+$/.test(value) ? value : undefined

const memberFields = fieldsOf({
  role: oneOf('worker', 'listener'),
  stage: oneOf('connecting', 'up', 'down', 'dead', 'ending'),
})

const members: Projection = (value) =>
  value === undefined
    ? undefined
    : Object.fromEntries(
        Object.entries(value as object).flatMap(([id, member]) =>
          memberId(id) === undefined ? [] : [[id, memberFields(member)]],
        ),
      )

const dataOf: Readonly<Record<string, (event: unknown) => TracedData>> = {
  connect: fieldsOf({ until: number }),
  'connect.expire': fieldsOf({ failure }),
  end: fieldsOf({ drainMs: number }),
  judge: fieldsOf({ failure }),
  'dial.opened': fieldsOf({ processId: number, listeningSince: number, channels: amount }),
  'dial.failed': fieldsOf({ failure, delayMs: number }),
  'session.lost': fieldsOf({ failure, silentSince: number }),
  'session.noticed': (event) => fieldsOf({ severity, code })((event as { notice?: unknown }).notice),
  became: fieldsOf({
    occupation: oneOf('connected', 'querying', ...inTransaction.map((state) => `inTransaction.${state}`)),
  }),
  hungUp: fieldsOf({ delayMs: number }),
  // Of a pool.
  unlisten: fieldsOf({ id: memberId }),
  dismiss: fieldsOf({ id: memberId, reason: oneOf('idle', 'old') }),
  release: fieldsOf({ id: memberId }),
  'member.up': fieldsOf({ id: memberId }),
  'member.down': fieldsOf({ id: memberId, failure }),
  'member.dead': fieldsOf({ id: memberId, failure }),
  'member.ended': fieldsOf({ id: memberId }),
  // Of a supervisor.
  report: fieldsOf({ failure }),
  closed: fieldsOf({ delayMs: number }),
  'attempt.failed': fieldsOf({ failure }),
}

/** What is to be known of an event beside its type; undefined where there is nothing. */
export function tracedData(event: { readonly type: string }): TracedData | undefined {
  const data = Object.hasOwn(dataOf, event.type) ? dataOf[event.type]?.(event) : undefined
  return data === undefined || Object.keys(data).length === 0 ? undefined : data
}

const contexts: Readonly<Record<TracedMachine, (context: unknown) => TracedData>> = {
  connection: fieldsOf({
    word: oneOf(...states),
    isSupervised: flag,
    waitsWhileDown: flag,
    attempts: number,
    delayMs: number,
    downSince: number,
    nextAttemptAt: number,
    failure,
    silentSince: number,
    triesUntil: number,
    cameFrom: oneOf('idle', 'dead', 'closed'),
    retiring: isThere,
    session: fieldsOf({ processId: number }),
    drainMs: number,
  }),
  pool: fieldsOf({
    ...{ min: number, max: number, absent: number, members },
    ...{ failure, downSince: number, drainMs: number },
  }),
  supervisor: fieldsOf({
    ...{ failure, since: number, attempts: number, life: number },
    ...{ delayMs: number, nextAttemptAt: number },
  }),
}

/** Of the context of one of our machines; of another's nothing. */
export const tracedContext = (machine: string, context: unknown): TracedData =>
  isOurs(machine) ? contexts[machine](context) : {}
