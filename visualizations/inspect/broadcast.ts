// One stream of lines for every page that looks: those that come late hear first what was said before, and one that reads
// too slowly misses lines, is told how many, and makes nobody's memory grow.
import { Ring } from './ring.ts'

/** A response, or anything that takes text and says how much of it still waits. */
export interface Reader {
  readonly writableLength: number
  write(text: string): unknown
  end(): unknown
}

interface ReaderState {
  missed: number
  /** How much may wait for it; more at first, until it has read what was said before it came. */
  allowance: number
}

/** What a reader may have waiting. */
const patience = 4 * 1024 * 1024
/** Lines are gathered so long, in milliseconds: a write for each would cost more than what it tells. */
const gathering = 20

export class Broadcast {
  readonly #ring = new Ring()
  readonly #readers = new Map<Reader, ReaderState>()
  /** Of each chart, so that a latecomer can draw what registered long ago. */
  readonly #introductions = new Map<string, string>()
  #gathered: string[] = []
  #timer: NodeJS.Timeout | undefined
  readonly #greeting: () => object

  constructor(greeting: () => object) {
    this.#greeting = greeting
  }

  get readers(): number {
    return this.#readers.size
  }

  introduce(sessionId: string, line: string): void {
    this.#introductions.set(sessionId, line)
    this.say(line)
  }

  forget(sessionId: string): void {
    this.#introductions.delete(sessionId)
  }

  say(line: string): void {
    this.#ring.push(line)
    if (this.#readers.size === 0) return
    this.#gathered.push(line)
    this.#timer ??= setTimeout(() => this.#flush(), gathering).unref()
  }

  join(reader: Reader): () => void {
    this.#flush()
    const { dropped } = this.#ring
    const greeting = { type: 'inspector.hello', dropped, now: Date.now(), ...this.#greeting() }
    reader.write(`${JSON.stringify(greeting)}\n`)
    if (dropped > 0) for (const line of this.#introductions.values()) reader.write(`${line}\n`)
    reader.write(linesOf(this.#ring))
    this.#readers.set(reader, { missed: 0, allowance: reader.writableLength + patience })
    return () => this.#readers.delete(reader)
  }

  end(): void {
    this.#flush()
    for (const reader of this.#readers.keys()) reader.end()
    this.#readers.clear()
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const lines = this.#gathered
    if (lines.length === 0) return
    this.#gathered = []
    const text = linesOf(lines)
    for (const [reader, state] of this.#readers) {
      if (reader.writableLength < patience) state.allowance = patience
      if (reader.writableLength > state.allowance) {
        state.missed += lines.length
        continue
      }
      if (state.missed > 0) reader.write(`{"type":"inspector.missed","count":${state.missed}}\n`)
      state.missed = 0
      reader.write(text)
    }
  }
}

const linesOf = (lines: Iterable<string>): string => {
  let text = ''
  for (const line of lines) text += `${line}\n`
  return text
}
