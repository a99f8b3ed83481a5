// What the connection tells its users: by `on`, and as a stream. Listeners run in a microtask, never inside a callback of
// pg (whose parser would replay old replies if one threw), and none of them can harm the connection or another.

import { checkFunction, checkNames, checkSignal } from '../../errors/check-option.ts'
import { noticeChannel } from '../../telemetry/channels.ts'
import type { ConnectionEvents, ConnectionNotice } from '../connection-events.ts'
import { inContextOfNow } from '../leases/scope.ts'
import type { Settings } from '../settings.ts'
import { callFenced } from './call-fenced.ts'
import { NoticeStream } from './notice-stream.ts'

export const noticeTypes: Record<ConnectionNotice['type'], true> = {
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

type Listener = (notice: ConnectionNotice) => void

export class Notices {
  readonly #settings: Settings
  /** Made with the first one. */
  #listeners: Map<ConnectionNotice['type'], Set<Listener>> | undefined
  /** Made with the first one: most connections have none, and a set is 200 bytes. */
  #streams: Set<NoticeStream> | undefined
  #queue: ConnectionNotice[] = []
  #hasWarned = false

  constructor(settings: Settings) {
    this.#settings = settings
  }

  on<K extends keyof ConnectionEvents>(
    type: K,
    listener: (event: ConnectionEvents[K]) => void,
    options: { signal?: AbortSignal } = {},
  ): () => void {
    checkNames({ [type]: true }, Object.keys(noticeTypes))
    checkFunction('listener', listener)
    checkNames(options, ['signal'])
    checkSignal(options.signal)
    const { signal } = options
    if (signal?.aborted) return () => undefined
    const bound = inContextOfNow(listener) as Listener
    this.#listeners ??= new Map()
    const listeners = this.#listeners.get(type) ?? new Set()
    this.#listeners.set(type, listeners)
    listeners.add(bound)
    const remove = (): void => {
      listeners.delete(bound)
      signal?.removeEventListener('abort', remove)
    }
    signal?.addEventListener('abort', remove, { once: true })
    return remove
  }

  stream(options?: { signal?: AbortSignal; bufferLimit?: number }): AsyncIterable<ConnectionNotice> {
    const stream = new NoticeStream(options, () => this.#streams?.delete(stream))
    this.#streams ??= new Set()
    if (!stream.isEnded) this.#streams.add(stream)
    return stream
  }

  /** By a listener or a stream; what is logged is another matter. */
  areHeard(type: ConnectionNotice['type']): boolean {
    const isListenedTo = this.#streams !== undefined || (this.#listeners?.get(type)?.size ?? 0) > 0
    return isListenedTo || noticeChannel.hasSubscribers
  }

  publish(notice: ConnectionNotice): void {
    if (this.#streams !== undefined) for (const stream of this.#streams) stream.push(notice)
    // Most connections have nobody listening to each notification here.
    if (!this.#listeners?.get(notice.type)?.size && !this.#isLogged(notice) && !noticeChannel.hasSubscribers)
      return
    if (this.#queue.push(notice) === 1) queueMicrotask(() => this.#deliver())
  }

  /** Something of the user's failed where nobody awaits it. */
  reportError(error: unknown, during: string): void {
    this.publish({ type: 'listenerError', error, during })
  }

  #deliver(): void {
    const notices = this.#queue
    this.#queue = []
    for (const notice of notices) {
      this.#log(notice)
      if (noticeChannel.hasSubscribers) noticeChannel.publish({ connection: this.#settings.name, notice })
      const listeners = this.#listeners?.get(notice.type)
      for (const listener of [...(listeners ?? [])]) {
        if (!listeners?.has(listener)) continue
        // An error listener that throws is not asked again about its own error.
        const report = (error: unknown): void => {
          if (notice.type !== 'listenerError') this.reportError(error, `a listener of '${notice.type}'`)
        }
        callFenced(() => listener(notice), report)
      }
    }
  }

  #isLogged(notice: ConnectionNotice): boolean {
    return notice.type === 'listenerError' || (this.#settings.logger !== undefined && notice.type in levels)
  }

  #log(notice: ConnectionNotice): void {
    const { logger, name } = this.#settings
    if (notice.type === 'listenerError' && !this.#listeners?.get('listenerError')?.size) {
      if (logger === undefined) return this.#warnOnce(notice.during)
    }
    const entry = levels[notice.type as keyof typeof levels]
    if (logger === undefined || entry === undefined) return
    const line = `${name}: ${entry.words(notice as never)}`
    // A logger that throws has nobody left to tell.
    callFenced(
      () => logger[entry.level](line, { connection: name, ...entry.fields(notice as never) }),
      () => undefined,
    )
  }

  /** Swallowing an error in silence helps nobody; telling it for each event floods. */
  #warnOnce(during: string): void {
    if (this.#hasWarned) return
    this.#hasWarned = true
    process.emitWarning(
      `an error was thrown by ${during}; listen to 'listenerError' or give a logger to see these`,
      { type: 'PgSupervisorWarning', detail: this.#settings.name },
    )
  }
}

interface Line<N> {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  words(notice: N): string
  fields(notice: N): object
}

type Lines = { [K in keyof ConnectionEvents]?: Line<ConnectionEvents[K]> }

/** Our own words only; of an error its class and code, for its message may echo values. */
const levels: Lines = {
  state: {
    level: 'debug',
    words: ({ from, to }) => `${from} → ${to}`,
    fields: ({ from, to }) => ({ from, to }),
  },
  connected: {
    level: 'info',
    words: ({ recovered, host }) => `${recovered ? 'recovered' : 'connected'} at ${host.host}:${host.port}`,
    fields: ({ processId, attempt, recovered }) => ({ processId, attempt, recovered }),
  },
  lost: {
    level: 'warn',
    words: ({ failure }) => `lost: ${failure.message}`,
    fields: ({ failure, inFlight, queued }) => ({ code: failure.code, kind: failure.kind, inFlight, queued }),
  },
  reconnecting: {
    level: 'info',
    words: ({ attempt, delayMs }) => `attempt ${attempt} in ${Math.round(delayMs)} ms`,
    fields: ({ attempt, delayMs, failure }) => ({ attempt, delayMs, code: failure.code }),
  },
  dead: {
    level: 'error',
    words: ({ failure, attempts }) => `given up after ${attempts} attempts: ${failure.message}`,
    fields: ({ failure, attempts }) => ({ code: failure.code, kind: failure.kind, attempts }),
  },
  closed: { level: 'info', words: () => 'closed', fields: () => ({}) },
  gap: {
    level: 'warn',
    words: ({ channels, reason }) =>
      `notifications may have been missed on ${channels.length} channels (${reason})`,
    fields: ({ channels, from, to, reason }) => ({ channels, from, to, reason }),
  },
  warning: { level: 'warn', words: ({ message }) => message, fields: ({ reason }) => ({ reason }) },
  listenerError: {
    level: 'error',
    words: ({ during }) => `an error was thrown by ${during}`,
    fields: ({ error }) => ({
      error: error instanceof Error ? error.name : typeof error,
      code: (error as { code?: unknown } | undefined)?.code,
    }),
  },
}
