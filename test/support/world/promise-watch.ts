import { outcomeOf } from '../../../src/index.ts'

/** What became of something asked for. */
export type Verdict = 'pending' | 'resolved' | 'notApplied' | 'unknown'

export interface Watched {
  readonly label: string
  verdict: Verdict
  error: unknown
  readonly settled: Promise<void>
}

/** Every promise that was handed out, and what became of it. */
export class PromiseWatch {
  readonly all: Watched[] = []

  /** Whoever awaits the promise gets its rejection; whoever doesn't is not punished for it. */
  watch(promise: Promise<unknown>, label: string): Watched {
    const watched: Watched = {
      label,
      verdict: 'pending',
      error: undefined,
      settled: promise.then(
        () => {
          watched.verdict = 'resolved'
        },
        (error: unknown) => {
          watched.verdict = outcomeOf(error)
          watched.error = error
        },
      ),
    }
    this.all.push(watched)
    return watched
  }

  get pending(): string[] {
    return this.all.filter(({ verdict }) => verdict === 'pending').map(({ label }) => label)
  }

  get errors(): unknown[] {
    return this.all.flatMap(({ error }) => (error === undefined ? [] : [error]))
  }

  /** Resolves when all are settled, or after so long. */
  async settled(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs)
    })
    await Promise.race([Promise.all(this.all.map(({ settled }) => settled)), timeout])
    clearTimeout(timer)
  }
}
