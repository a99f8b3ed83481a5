// What was asked in a walk, when, and what its promise said: to be compared with what the database has in the end.
import { outcomeOf } from '../../../src/index.ts'

/** What a promise said of its operation. */
export type Said = 'pending' | 'applied' | 'notApplied' | 'unknown'

export interface Operation {
  /** Of all operations of one history. */
  readonly id: string
  /** In the words of a trace: 'append to list 2'. */
  readonly what: string
  /** More than once only where somebody vouched for repeating it. */
  readonly mostOften: number
  /** Unix milliseconds. */
  readonly askedAt: number
  settledAt: number | undefined
  said: Said
  error: unknown
  /** What it resolved to. */
  answer: unknown
}

export interface Manner {
  readonly mostOften?: number
  /** What a rejection says, where the walk knows more than `outcomeOf`. */
  readonly judge?: (error: unknown) => Said | undefined
}

export const nowMs = (): number => performance.timeOrigin + performance.now()

export class History {
  readonly operations: Operation[] = []
  #last = 0

  /** Runs an operation under an id of its own, and never rejects: what happened is written down. */
  async run(
    what: string,
    work: (id: string) => Promise<unknown>,
    { mostOften = 1, judge }: Manner = {},
  ): Promise<Operation> {
    const id = `o${++this.#last}`
    const base = { settledAt: undefined, said: 'pending', error: undefined, answer: undefined } as const
    const operation: Operation = { id, what, mostOften, askedAt: nowMs(), ...base }
    this.operations.push(operation)
    try {
      operation.answer = await work(id)
      operation.said = 'applied'
    } catch (error) {
      operation.error = error
      operation.said = judge?.(error) ?? outcomeOf(error)
    }
    operation.settledAt = nowMs()
    return operation
  }

  of(kind: RegExp): Operation[] {
    return this.operations.filter(({ what }) => kind.test(what))
  }
}

/** What is wrong with the number of times that an operation is stored, in words. */
export function storedFaults(operations: readonly Operation[], countOf: (id: string) => number): string[] {
  return operations.flatMap((operation) => {
    const count = countOf(operation.id)
    const least = operation.said === 'applied' ? 1 : 0
    const most = operation.said === 'notApplied' ? 0 : operation.mostOften
    return count < least || count > most ? [`${toldOf(operation)}, and is stored ${count} times`] : []
  })
}

export const toldOf = ({ id, what, said, error }: Operation): string =>
  `${id} (${what}) was told '${said}'${error instanceof Error ? ` by ${error.name}: ${error.message}` : ''}`
