// The flight recorder: always on where somebody wants it, and read after the crash.
import { writeFile } from 'node:fs/promises'
import { checkFunction, checkNames, checkNumber } from '../errors/check-option.ts'
import { invalidOption } from '../errors/invalid-option-error.ts'
import { recordedOf, type Traceable } from './recorded.ts'
import type { TraceLine } from './trace-format.ts'
import { TraceRecorder } from './trace-recorder.ts'

export interface TraceOptions {
  /** Steps kept; a step is an event, or a run of statements. @default 10_000 */
  limit?: number
  /**
   * Where the trace goes at each death: a connection enters `dead`, a pool has nobody left who is up, a supervisor finds its
   * resource dead or gives it up. A file, which is overwritten, or a function. A file that can't be written is a warning
   * of the process.
   */
  atDeath?: string | URL | ((trace: Trace) => void)
}

/** A recorded life; see docs/traces.md for what its lines mean. */
export interface Trace {
  /** A copy of what is there now, the header first. */
  lines(): TraceLine[]
  /** The same as text, a line of JSON each. */
  toNDJSON(): string
  /** Writes it to a file, which is overwritten, or into a stream, which stays open. */
  write(target: string | URL | NodeJS.WritableStream): Promise<void>
  /** Nothing is recorded any more, and costs nothing; what was stays. */
  stop(): void
}

/**
 * Records what happens to a connection, a pool or a supervisor from now on, for replaying and looking at: states, event types, SQLSTATEs, counts
 * and times, and never a text, a value, a message or a payload. Cheap enough to be always on: a run of statements is one
 * step. Keeps the last `limit` steps in memory until they are written.
 *
 * @example
 * ```ts
 * import { Connection } from 'pg-supervisor'
 * import { recordTrace } from 'pg-supervisor/machines'
 *
 * const connection = new Connection({ name: 'orders' })
 * const trace = recordTrace(connection, { atDeath: 'orders.ndjson' })
 * await connection.connect()
 * process.on('SIGUSR2', () => void trace.write(process.stderr))
 * ```
 *
 * @throws {InvalidOptionError} where it is none of them, or an option is wrong
 */
export function recordTrace(traceable: Traceable, options: TraceOptions = {}): Trace {
  checkNames(options, ['limit', 'atDeath'])
  const { limit = 10_000, atDeath } = options
  checkNumber('limit', limit, 'a whole number, 1 or more', (steps) => Number.isInteger(steps) && steps >= 1)
  if (atDeath !== undefined && typeof atDeath !== 'string' && !(atDeath instanceof URL))
    checkFunction('atDeath', atDeath)
  const recorded = recordedOf(traceable)
  if (recorded === undefined)
    throw invalidOption('traceable', 'a Connection, a Pool or a Supervisor', traceable)
  const recorder: TraceRecorder = new TraceRecorder(recorded, limit, ({ state }, before) => {
    if (atDeath !== undefined && isDeath(state) && !isDeath(before))
      setImmediate(() => deliver(trace, atDeath))
  })
  const trace = new RecordedTrace(recorder)
  return trace
}

class RecordedTrace implements Trace {
  readonly #recorder: TraceRecorder

  constructor(recorder: TraceRecorder) {
    this.#recorder = recorder
  }

  lines(): TraceLine[] {
    return this.#recorder.lines()
  }

  toNDJSON(): string {
    return this.lines()
      .map((line) => `${JSON.stringify(line)}\n`)
      .join('')
  }

  async write(target: string | URL | NodeJS.WritableStream): Promise<void> {
    const text = this.toNDJSON()
    if (typeof target === 'string' || target instanceof URL) return writeFile(target, text)
    await new Promise<void>((resolve, reject) => {
      target.write(text, (error) => (error ? reject(error) : resolve()))
    })
  }

  stop(): void {
    this.#recorder.stop()
  }
}

const isDeath = (state: string): boolean => /^(dead|recovering|givenUp)|\.service\.down/.test(state)

function deliver(trace: Trace, atDeath: NonNullable<TraceOptions['atDeath']>): void {
  const complain = (error: unknown): void =>
    process.emitWarning(`a trace was not delivered: ${String(error)}`)
  try {
    if (typeof atDeath === 'function') atDeath(trace)
    else trace.write(atDeath).catch(complain)
  } catch (error) {
    complain(error)
  }
}
