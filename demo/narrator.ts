// Tells what the connection does, a line for each change of state with the seconds since the start.
import type { Connection, ConnectionState, Failure } from 'pg-supervisor'
import { now } from './call-book.ts'
import type { Colour, Screen } from './screen.ts'

const colours: Partial<Record<ConnectionState, Colour>> = {
  connected: 'green',
  querying: 'green',
  inTransaction: 'green',
  connecting: 'yellow',
  reconnecting: 'yellow',
  dead: 'red',
}

const usable: ReadonlySet<ConnectionState> = new Set(['connected', 'querying', 'inTransaction'])

export class Narrator {
  #isHushed = false
  readonly #screen: Screen
  readonly #startedAt: number

  constructor(connection: Connection, screen: Screen, startedAt = now()) {
    this.#screen = screen
    this.#startedAt = startedAt
    let lost = ''
    connection.on('lost', ({ failure, inFlight }) => {
      lost = inFlight === 0 ? inWords(failure) : `${inWords(failure)}, ${inFlight} in flight`
    })
    connection.on('state', ({ from, to, at }) => {
      if (this.#isHushed && usable.has(from) && usable.has(to)) return
      const remark = to === 'dead' ? lost : usable.has(from) ? '' : inNumbers(connection)
      this.#tell(`${this.#word(from)} → ${this.#word(to)} ${screen.paint('dim', remark)}`, at)
    })
    connection.on('reconnecting', ({ attempt, delayMs, failure }) => {
      const when = delayMs === 0 ? 'at once' : `in ${Math.ceil(delayMs)} ms`
      const why = attempt === 1 ? '' : ` (${failure.code ?? failure.kind})`
      this.#tell(this.#screen.paint('dim', `attempt ${attempt} ${when}${why}`))
    })
    connection.on('gap', ({ from, to }) =>
      this.#tell(
        this.#screen.paint('dim', `gap announced: ${Math.ceil(to - from)} ms without notifications`),
      ),
    )
  }

  /** While callers are at work, the connection changes between its usable states all the time: that is not told. */
  async hush<T>(work: () => Promise<T>): Promise<T> {
    this.#isHushed = true
    try {
      return await work()
    } finally {
      this.#isHushed = false
    }
  }

  #word(state: ConnectionState): string {
    return this.#screen.paint(colours[state] ?? 'dim', state.padEnd(13))
  }

  #tell(text: string, at = now()): void {
    const seconds = ((at - this.#startedAt) / 1000).toFixed(3).padStart(8)
    this.#screen.line(`${this.#screen.paint('dim', `${seconds} s`)}  ${text}`.trimEnd())
  }
}

/** The server's or the system's own code says most in the least space. */
const inWords = ({ code, kind }: Failure): string =>
  code ?? (kind === 'monitor' ? 'the heartbeat got no answer' : kind)

const inNumbers = ({ processId }: Connection): string =>
  processId === undefined ? '' : `server process ${processId}`
