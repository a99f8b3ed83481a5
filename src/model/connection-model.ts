// A connection without a server: the real facade and the real chart, on a scripted wire and a virtual clock.
import { Connection } from '../api/connection.ts'
import type { ConnectionConfig } from '../api/connection-config.ts'
import type { Driver, Statement } from '../drivers/driver.ts'
import { invalidOption } from '../errors/invalid-option-error.ts'
import type { ConnectionState } from '../machines/connection.events.ts'
import {
  answerOf,
  faultOf,
  type ModelAnswer,
  type ModelFault,
  type ModelReply,
  type ModelStatement,
} from './model-answer.ts'
import { ScriptedServer } from './scripted-server.ts'
import { nextTurn } from './scripted-session.ts'
import type { Answer } from './scripted-wire.ts'
import { VirtualClock } from './virtual-clock.ts'

/** The options of the model's connection; what stands for the server and for time is the model's own. */
export type ConnectionModelConfig = Omit<ConnectionConfig, 'driver' | 'clock' | 'clientFactory'>

interface Scripted {
  readonly matches: (text: string) => boolean
  readonly reply: ModelReply
}

/** Loop turns in which nothing came to the server until nothing more is expected: promises, and what is told a turn later. */
const quietTurns = 5

/**
 * A real Connection with nothing behind it: what tests of an application lead through losses, outages and recoveries, at
 * once and without a server. Made by createConnectionModel().
 */
export class ConnectionModel implements AsyncDisposable {
  readonly connection: Connection
  /** Moved by pass() and until() only. */
  readonly clock: VirtualClock
  /** For further connections, or a pool, with the same server and clock: `new Pool({ ...model.config, max: 2 })`. */
  readonly config: ConnectionModelConfig & { readonly driver: Driver; readonly clock: VirtualClock }
  readonly #server: ScriptedServer
  readonly #script: Scripted[] = []
  readonly #received: ModelStatement[] = []

  /** @internal use createConnectionModel() */
  constructor(config: ConnectionModelConfig) {
    this.clock = new VirtualClock()
    this.#server = new ScriptedServer((statement, processId) => this.#receive(statement, processId))
    // Jitter would make every run another one.
    // A scripted server has no settings, and `received` is for what the application says.
    this.config = {
      random: () => 0.5,
      deadManSettings: false,
      ...config,
      driver: this.#server,
      clock: this.clock,
    }
    this.connection = new Connection(this.config)
  }

  /** The connection's. */
  get state(): ConnectionState {
    return this.connection.state
  }

  /** Every statement that came to the server, oldest first; the supervisor's own as well, such as BEGIN and LISTEN. */
  get received(): readonly ModelStatement[] {
    return [...this.#received]
  }

  /**
   * Says what statements are answered from now on; the last word on a statement counts, and what nobody has spoken of
   * succeeds without rows. A function is called for each, and may answer later, or lose the session and not answer at all.
   * Transactions need no script: the server keeps their status, refuses what follows an error, and tags commands.
   *
   * @param statement the text, or what it matches
   *
   * @example
   * ```ts
   * import { createConnectionModel } from 'pg-supervisor/machines'
   *
   * await using model = createConnectionModel()
   * model.answer('select cents from account where id = $1', { rows: [{ cents: 700 }] })
   * model.answer(/^insert into payment/, { error: { code: '23505' } })
   * model.answer('COMMIT', () => model.lose())
   * ```
   */
  answer(statement: string | RegExp, reply: ModelAnswer | ModelReply): void {
    const matches =
      typeof statement === 'string'
        ? (text: string) => text === statement
        : // Without the memory that a global one has.
          (text: string) => text.search(statement) >= 0
    if (typeof reply !== 'function' && (typeof reply !== 'object' || reply === null))
      throw invalidOption('reply', 'an answer, or a function that returns one', reply)
    this.#script.unshift({ matches, reply: typeof reply === 'function' ? reply : () => reply })
  }

  /**
   * All sessions die; the server stays, and takes the next ones in.
   *
   * @param fault the last word, such as `{ code: '57P01' }` or `{ code: 'ECONNRESET' }`. Default: closed without a word.
   */
  lose(fault?: ModelFault): void {
    this.#server.lose(fault && faultOf(fault, 'FATAL'))
  }

  /**
   * Attempts to connect fail until mend(); sessions live on.
   *
   * @param fault Default `{ code: 'ECONNREFUSED' }`; `{ code: '28P01' }`, a wrong password, is hopeless.
   */
  refuse(fault: ModelFault = { code: 'ECONNREFUSED' }): void {
    this.#server.refusal = faultOf(fault, 'FATAL')
  }

  /** The server is gone until mend(): refuse() and lose(). */
  stop(fault?: ModelFault): void {
    this.refuse()
    this.lose(fault)
  }

  /** The server says nothing until mend(), and takes everything in: only deadlines and heartbeats notice. */
  freeze(): void {
    this.#server.freeze()
  }

  /** The server takes sessions in again, and says what it has not said. What is scripted stays. */
  mend(): void {
    this.#server.refusal = undefined
    this.#server.thaw()
  }

  /** NOTIFY, by another client. */
  notify(channel: string, payload = ''): void {
    this.#server.notify({ processId: 0 }, [[channel, payload]])
  }

  /** Lets everything happen that needs no time. */
  async settle(): Promise<void> {
    for (let quiet = 0, seen = -1; quiet < quietTurns; quiet++) {
      await nextTurn()
      if (this.#server.activity === seen) continue
      seen = this.#server.activity
      quiet = 0
    }
  }

  /** Lets milliseconds pass, and whatever falls due in them happen. */
  async pass(ms: number): Promise<void> {
    const end = this.clock.now() + ms
    await this.settle()
    while (await this.#nextTimer(end));
    this.clock.advance(end - this.clock.now())
  }

  /**
   * Lets as much time pass as the connection needs to come into a state, and to stay there until time goes on: 'dead' is
   * the one that was given up, not the moment that each loss passes through.
   *
   * @throws {Error} when it has not come there within so many milliseconds; default an hour
   */
  async until(state: ConnectionState, withinMs = 3_600_000): Promise<void> {
    const end = this.clock.now() + withinMs
    await this.settle()
    while (this.state !== state) {
      if (await this.#nextTimer(end)) continue
      throw new Error(`${this.connection.name} is ${this.state} after ${withinMs} ms, and not ${state}`)
    }
  }

  /** Ends the connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.mend()
    const ended = this.connection.end()
    // Of a statement that a script never answers, the supervisor takes leave in half a second.
    await this.pass(1000)
    await ended
  }

  /** Goes on to the next timer, unless it is due later than `end`. */
  async #nextTimer(end: number): Promise<boolean> {
    const { nextDueAt } = this.clock
    if (nextDueAt === undefined || nextDueAt > end) return false
    this.clock.advance(Math.max(0, nextDueAt - this.clock.now()))
    await this.settle()
    return true
  }

  async #receive({ text, values = [] }: Statement, processId: number): Promise<Answer> {
    const statement = { text, values, processId }
    this.#received.push(statement)
    const scripted = this.#script.find(({ matches }) => matches(text))
    try {
      return answerOf((await scripted?.reply(statement)) ?? {})
    } catch (error) {
      return { error }
    }
  }
}

/**
 * A connection whose server is a script and whose time is yours, to test what an application does while its connection is
 * dead or reconnecting. The facade, the chart, the queue and the verdicts are the real ones; docs/testing-your-app.md shows
 * how, and what a model can't tell.
 *
 * @example
 * ```ts
 * import { createConnectionModel } from 'pg-supervisor/machines'
 *
 * await using model = createConnectionModel({ whileDown: { waitMs: 10_000 } })
 * await model.connection.connect()
 * model.stop()
 * await model.until('reconnecting')
 * const waiting = model.connection.query('select 1')
 * model.mend()
 * await model.until('connected')
 * await waiting
 * ```
 *
 * @throws {InvalidOptionError} for what Connection refuses
 */
export const createConnectionModel = (config: ConnectionModelConfig = {}): ConnectionModel =>
  new ConnectionModel(config)
