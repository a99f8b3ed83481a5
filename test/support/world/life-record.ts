// What a connection told while a world watched it: every notice in order, every promise it gave out.
import type { Connection, ConnectionEvents, ConnectionNotice, ConnectionState } from '../../../src/index.ts'
import { recordTrace, type Trace } from '../../../src/machines.ts'
import { countTaken, wayFaults } from './chart-ways.ts'

/** Enough for all but the longest lives; of those the end is looked at. */
const tracedSteps = 20_000

const noticeTypes: Record<ConnectionNotice['type'], true> = {
  state: true,
  connected: true,
  lost: true,
  reconnecting: true,
  dead: true,
  closed: true,
  notification: true,
  gap: true,
  notice: true,
  warning: true,
  overflow: true,
  listenerError: true,
}

const promising = [
  'connect',
  'ready',
  'end',
  'query',
  'execute',
  'call',
  'notify',
  'transaction',
  'session',
  'listen',
  'unlisten',
] as const

export interface LifeWatcher {
  hear(notice: ConnectionNotice): void
  track<P extends Promise<unknown>>(promise: P, label: string): P
}

export class LifeRecord {
  readonly connection: Connection
  readonly notices: ConnectionNotice[] = []
  readonly #trace: Trace

  constructor(connection: Connection, watcher: LifeWatcher) {
    this.connection = connection
    this.#trace = recordTrace(connection, { limit: tracedSteps })
    for (const type of Object.keys(noticeTypes) as ConnectionNotice['type'][]) {
      connection.on(type, (notice) => {
        this.notices.push(notice)
        watcher.hear(notice)
      })
    }
    for (const method of promising) {
      const original = (connection[method] as (...args: unknown[]) => Promise<unknown>).bind(connection)
      Object.defineProperty(connection, method, {
        value: (...args: unknown[]) => watcher.track(original(...args), `${connection.name}.${method}()`),
      })
    }
  }

  of<K extends ConnectionNotice['type']>(type: K): ConnectionEvents[K][] {
    return this.notices.filter((notice) => notice.type === type) as ConnectionEvents[K][]
  }

  /** Where it went other ways than the chart; how often each transition was taken is written down. */
  traceFaults(): string[] {
    const lines = this.#trace.lines()
    countTaken(lines)
    return wayFaults(lines)
  }

  /** The words the connection went through, the first included. */
  get states(): ConnectionState[] {
    return ['idle', ...this.of('state').map(({ to }) => to)]
  }
}
