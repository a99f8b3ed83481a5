// Nothing secret in anything that the library writes itself. Errors of the server are its own words and the caller's.
import { inspect } from 'node:util'
import type { Connection, ConnectionNotice, Logger } from '../../../src/index.ts'
import { SupervisorError } from '../../../src/index.ts'

export class SecretWatch {
  /** Everything the library logged. */
  readonly lines: string[] = []
  readonly #secrets: readonly string[]
  readonly #faults = new Set<string>()

  constructor(secrets: readonly string[]) {
    this.#secrets = secrets
  }

  readonly logger: Logger = {
    debug: (...line) => this.#log('debug', line),
    info: (...line) => this.#log('info', line),
    warn: (...line) => this.#log('warn', line),
    error: (...line) => this.#log('error', line),
  }

  get faults(): string[] {
    return [...this.#faults]
  }

  write(place: string, text: string): void {
    for (const secret of this.#secrets) {
      const at = text.indexOf(secret)
      if (at === -1) continue
      const excerpt = text.slice(Math.max(0, at - 80), at + 80).replaceAll(/\s+/g, ' ')
      this.#faults.add(`a secret in ${place}: ${excerpt}`)
    }
  }

  /** Payloads, the server's notices and what a listener of the user's threw are not ours. */
  hear(notice: ConnectionNotice): void {
    if (notice.type === 'notification' || notice.type === 'notice' || notice.type === 'listenerError') return
    this.write(`the notice '${notice.type}'`, `${inspect(notice, { depth: 6 })}${JSON.stringify(notice)}`)
  }

  /** As a logger or an inspector would print them; deeper costs more at each level. */
  look(connection: Connection, depth = 2): void {
    const snapshot = connection.actor.getSnapshot()
    this.write('a snapshot as JSON', JSON.stringify(snapshot))
    this.write('a persisted snapshot', JSON.stringify(connection.actor.getPersistedSnapshot()))
    this.write('a snapshot inspected', inspect(snapshot, { depth }))
    this.write('a connection inspected', inspect(connection, { depth }))
  }

  /** The cause of an error is looked at as an error of its own, unless it is the server's or the user's. */
  judge(error: unknown): void {
    if (!(error instanceof SupervisorError)) return
    const { cause, rollbackError, ...own } = Object.getOwnPropertyDescriptors(error) as PropertyDescriptorMap
    const bare = Object.create(Object.getPrototypeOf(error) as object, own) as object
    this.write(
      `the error ${error.code}`,
      `${error.message}\n${error.stack}\n${JSON.stringify(error)}\n${inspect(bare, { depth: 6 })}`,
    )
    this.judge(cause?.value)
    this.judge(rollbackError?.value)
  }

  #log(level: string, [message, fields]: Parameters<Logger['debug']>): void {
    const line = `${message} ${inspect(fields, { depth: 6 })} ${JSON.stringify(fields)}`
    this.lines.push(line)
    this.write(`a log line (${level})`, line)
  }
}
