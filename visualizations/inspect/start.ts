// Joins what watches to what serves.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { invalidOption } from '../../src/errors/invalid-option-error.ts'
import type { Connection } from '../../src/index.ts'
import { wiringOf } from '../../src/machines/wiring.ts'
import { Broadcast } from './broadcast.ts'
import type { Faults } from './chaos.ts'
import type { Command } from './command.ts'
import type { InspectOptions, Inspector } from './inspect.ts'
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
  readonly connection: Connection
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
  const all = new Map<Connection, Watching>()
  const broadcast = new Broadcast(() => ({
    showsSql,
    faults: labels,
    // Of a trace the last moment is its end, not now.
    isRecorded: parts.trace !== undefined && all.size === 0,
  }))

  const watch = (connection: Connection): void => {
    if (all.has(connection)) return
    const watching = watchConnection(connection, broadcast, showsSql)
    all.set(connection, watching)
    // One that was closed may begin a new life; of very many, most don't.
    connection.on('closed', () => {
      if (all.size <= manyConnections) return
      watching.stop()
      all.delete(connection)
    })
  }
  const born = (message: unknown): void => watch((message as { connection: Connection }).connection)
  const obey = ({ fault, sessionId }: Command): boolean => {
    const target = [...all.values()].find((one) => one.watch.sessionId === sessionId)
    const known = Object.hasOwn(faults, fault) ? faults[fault] : undefined
    if (target === undefined || known === undefined) return false
    void (async () => known.strike(target.connection))().catch(() => undefined)
    return true
  }

  for (const connection of parts.connections ?? []) watch(connection)
  for (const line of parts.trace?.split('\n') ?? []) broadcast.say(line)
  subscribe('pg-supervisor:connection', born)
  const server = new PageServer({
    page: parts.page,
    broadcast,
    obey: mayHarm ? obey : undefined,
    isPrincipal: parts.isPrincipal === true,
  })
  await server.listen()
  const close = async (): Promise<void> => {
    unsubscribe('pg-supervisor:connection', born)
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
