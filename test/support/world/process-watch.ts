// What must not happen to the process while a connection lives in it: an error nobody caught, a line nobody asked for.
import type { EventEmitter } from 'node:events'
import { inspect } from 'node:util'

type Printer = (...words: unknown[]) => void

const printers = ['log', 'info', 'debug', 'warn', 'error', 'trace'] as const
const accidents = ['uncaughtException', 'unhandledRejection', 'warning'] as const

export type Printers = Record<(typeof printers)[number], Printer>

export class ProcessWatch {
  readonly faults: string[] = []
  readonly #process: Pick<EventEmitter, 'on' | 'off'>
  readonly #console: Printers
  readonly #originals: Printers
  readonly #listeners = accidents.map(
    (name) =>
      [
        name,
        (error: unknown) => this.faults.push(`${name}: ${inspect(error).split('\n    at node:')[0]}`),
      ] as const,
  )

  constructor(watched: Pick<EventEmitter, 'on' | 'off'> = process, printed: Printers = console) {
    this.#process = watched
    this.#console = printed
    this.#originals = { ...printed }
    for (const [name, listener] of this.#listeners) watched.on(name, listener)
    for (const name of printers) {
      printed[name] = (...words) => this.faults.push(`console.${name}: ${words.map(String).join(' ')}`)
    }
  }

  stop(): void {
    for (const [name, listener] of this.#listeners) this.#process.off(name, listener)
    for (const name of printers) this.#console[name] = this.#originals[name]
  }
}
