// The flight recorder: always on where somebody wants it, and read after the crash.
import { writeFile } from 'node:fs/promises'
import type { AnyActorRef } from 'xstate'
import { checkFunction, checkNames, checkNumber } from '../errors/check-option.ts'
import { invalidOption } from '../errors/invalid-option-error.ts'
import { wiringOf } from '../machines/wiring.ts'
import type { TraceLine } from './trace-format.ts'
import { type Recorded, TraceRecorder } from './trace-recorder.ts'

export interface TraceOptions {
  /** Steps kept; a step is an event, or a run of statements. @default 10_000 */
  limit?: number
  /**
   * Where the trace goes each time the connection is lost or given up, as it enters `dead`: a file, which is overwritten,
   * or a function. A file that can't be written is a warning of the process.
   */
  atDeath?: string | URL | ((trace: Trace) => void)
}

/** The recorded life of a connection; see docs/traces.md for what its lines mean. */
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

/** What is traced: a Connection is one. */
export interface Traceable {
  readonly name: string
  readonly pending: number
  readonly actor: AnyActorRef
}

/**
 * Records what happens to a connection from now on, for replaying and looking at: states, event types, SQLSTATEs, counts
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
 * @throws {InvalidOptionError} where it is no connection, or an option is wrong
 */
export function recordTrace(connection: Traceable, options: TraceOptions = {}): Trace {
  checkNames(options, ['limit', 'atDeath'])
  const { limit = 10_000, atDeath } = options
  checkNumber('limit', limit, 'a whole number, 1 or more', (steps) => Number.isInteger(steps) && steps >= 1)
  if (atDeath !== undefined && typeof atDeath !== 'string' && !(atDeath instanceof URL))
    checkFunction('atDeath', atDeath)
  if (!isTraceable(connection)) throw invalidOption('connection', 'a Connection', connection)
  const recorder: TraceRecorder = new TraceRecorder(connection, limit, ({ state }, before) => {
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

const isDeath = (state: string): boolean => state.startsWith('dead')

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

const isTraceable = (value: unknown): value is Recorded => {
  const { actor } = (value ?? {}) as { actor?: Partial<AnyActorRef> }
  const { context } = (actor?.getSnapshot?.() ?? {}) as { context?: { identity?: unknown } }
  return typeof context?.identity === 'object' && wiringOf(context as never) !== undefined
}
