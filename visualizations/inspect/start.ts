// Joins what watches to what serves.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { invalidOption } from '../../src/errors/invalid-option-error.ts'
import { Connection } from '../../src/index.ts'
import { type Charted, chartedBy } from '../../src/machines/charted.ts'
import { wiringOf } from '../../src/machines/wiring.ts'
import { Broadcast } from './broadcast.ts'
import type { Faults } from './chaos.ts'
import type { Command } from './command.ts'
import type { Inspectable, InspectOptions, Inspector } from './inspect.ts'
import { fenced, RequestLog } from './request-log.ts'
import { PageServer } from './server.ts'
import { SystemWatch } from './system-watch.ts'

export interface Parts extends InspectOptions {
  readonly page: string
  readonly faults: Faults
  /** Keeps the process alive. */
  readonly isPrincipal?: boolean
}

const manyConnections = 200

interface Watching {
  /** Undefined: a pool, or a supervisor, which no fault strikes. */
  readonly connection?: Connection
  readonly watch: SystemWatch
  stop(): void
}

export async function startInspector(parts: Parts): Promise<Inspector> {
  const isProduction = process.env['NODE_ENV'] === 'production'
  if (isProduction && parts.force !== true)
    throw invalidOption('force', 'true, because NODE_ENV is production', parts.force)
  const mayHarm = parts.allowChaos === true && !isProduction
  const showsSql = parts.showSql === true
  const faults: Faults = mayHarm ? parts.faults : {}
  const labels = Object.entries(faults).map(([name, { label }]) => ({ name, label }))
  const all = new Map<object, Watching>()
  const broadcast = new Broadcast(() => ({
    showsSql,
    faults: labels,
    // Of a trace the last moment is its end, not now.
    isRecorded: parts.trace !== undefined && all.size === 0,
  }))

  const watchChart = (chart: Charted): void => {
    if (!all.has(chart)) all.set(chart, watchCharted(chart, broadcast))
  }
  const watch = (one: Inspectable): void => {
    const chart = chartedBy(one)
    if (chart !== undefined) watchChart(chart)
    if (!(one instanceof Connection) || all.has(one)) return
    const watching = watchConnection(one, broadcast, showsSql)
    all.set(one, watching)
    // One that was closed may begin a new life; of very many, most don't.
    one.on('closed', () => {
      if (all.size <= manyConnections) return
      watching.stop()
      all.delete(one)
    })
  }
  const births: Readonly<Record<string, (message: unknown) => void>> = {
    'pg-supervisor:connection': (message) => watch((message as { connection: Connection }).connection),
    'pg-supervisor:chart': (message) => watchChart(message as Charted),
  }
  const obey = ({ fault, sessionId }: Command): boolean => {
    const target = [...all.values()].find((one) => one.watch.sessionId === sessionId)
    const known = Object.hasOwn(faults, fault) ? faults[fault] : undefined
    const connection = target?.connection
    if (connection === undefined || known === undefined) return false
    void (async () => known.strike(connection))().catch(() => undefined)
    return true
  }

  for (const connection of parts.connections ?? []) watch(connection)
  for (const line of parts.trace?.split('\n') ?? []) broadcast.say(line)
  for (const [channel, born] of Object.entries(births)) subscribe(channel, born)
  const server = new PageServer({
    page: parts.page,
    broadcast,
    obey: mayHarm ? obey : undefined,
    isPrincipal: parts.isPrincipal === true,
  })
  await server.listen()
  const close = async (): Promise<void> => {
    for (const [channel, born] of Object.entries(births)) unsubscribe(channel, born)
    for (const { stop } of all.values()) stop()
    all.clear()
    await server.close()
  }
  return { address: server.address, watch, close, [Symbol.asyncDispose]: close }
}

function watchConnection(connection: Connection, broadcast: Broadcast, showsSql: boolean): Watching {
  let stopRequests: (() => void) | undefined
  const log = new RequestLog((told) => watch.tell(told), showsSql)
  const watch = new SystemWatch(connection.actor, connection.name, broadcast, (event) => log.detailsOf(event))
  stopRequests = wiringOf(connection.actor.getSnapshot().context)?.watchRequests(fenced(log))
  return {
    connection,
    watch,
    stop: () => {
      stopRequests?.()
      watch.close()
    },
  }
}

function watchCharted({ name, actor }: Charted, broadcast: Broadcast): Watching {
  const watch = new SystemWatch(actor, name, broadcast)
  return { watch, stop: () => watch.close() }
}
