// Nothing secret in anything that the library writes itself. Errors of the server are its own words and the caller's.
import { inspect } from 'node:util'
import type { Connection, ConnectionNotice, Logger } from '../../../src/index.ts'
import { SupervisorError } from '../../../src/index.ts'

/** Keeps what was written, each with where it was found. */
export class SecretWatch {
  readonly #written: { place: string; text: string }[] = []

  readonly logger: Logger = {
    debug: (...line) => this.#log('debug', line),
    info: (...line) => this.#log('info', line),
    warn: (...line) => this.#log('warn', line),
    error: (...line) => this.#log('error', line),
  }

  write(place: string, text: string): void {
    this.#written.push({ place, text })
  }

  get lines(): string[] {
    return this.#written.filter(({ place }) => place.startsWith('log')).map(({ text }) => text)
  }

  /** Payloads, the server's notices and what a listener of the user's threw are not ours. */
  hear(notice: ConnectionNotice): void {
    if (notice.type === 'notification' || notice.type === 'notice' || notice.type === 'listenerError') return
    this.write(`the notice '${notice.type}'`, `${inspect(notice, { depth: 6 })}${JSON.stringify(notice)}`)
  }

  look(connection: Connection): void {
    const snapshot = connection.actor.getSnapshot()
    this.write('a snapshot as JSON', JSON.stringify(snapshot))
    this.write('a persisted snapshot', JSON.stringify(connection.actor.getPersistedSnapshot()))
    this.write('a snapshot inspected', inspect(snapshot, { depth: 6 }))
    this.write('a connection inspected', inspect(connection, { depth: 6 }))
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

  faults(secrets: readonly string[]): string[] {
    const found = this.#written.filter(({ text }) => secrets.some((secret) => text.includes(secret)))
    return [...new Set(found.map(({ place, text }) => `a secret in ${place}: ${excerpt(text, secrets)}`))]
  }

  #log(level: string, [message, fields]: Parameters<Logger['debug']>): void {
    this.write(`log line (${level})`, `${message} ${inspect(fields, { depth: 6 })} ${JSON.stringify(fields)}`)
  }
}

function excerpt(text: string, secrets: readonly string[]): string {
  const at = Math.max(...secrets.map((secret) => text.indexOf(secret)))
  return text.slice(Math.max(0, at - 80), at + 80).replaceAll(/\s+/g, ' ')
}
