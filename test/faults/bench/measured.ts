// What several trials of one scenario on one client come to.
import type { Trial } from './trial.ts'

export interface Percentiles {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

export interface Measured {
  readonly trials: number
  /** Milliseconds; undefined where nobody noticed anything. */
  readonly detection: Percentiles | undefined
  /** Of those that came back. */
  readonly recovery: Percentiles | undefined
  readonly cameBack: number
  readonly asked: number
  readonly notApplied: number
  readonly unknown: number
  readonly hung: number
  readonly crashed: number
  readonly lost: number
  readonly wrong: number
}

const sum = (numbers: readonly number[]): number => numbers.reduce((one, other) => one + other, 0)

export function measured(trials: readonly Trial[]): Measured {
  const all = <K extends keyof Trial>(key: K): NonNullable<Trial[K]>[] =>
    trials.flatMap((trial) => trial[key] ?? [])
  return {
    trials: trials.length,
    detection: percentiles(all('detectionMs')),
    recovery: percentiles(all('recoveryMs')),
    cameBack: all('recoveryMs').length,
    asked: sum(all('asked')),
    notApplied: sum(all('notApplied')),
    unknown: sum(all('unknown')),
    hung: sum(all('hung')),
    crashed: all('crashed').filter(Boolean).length,
    lost: sum(all('lost')),
    wrong: sum(all('wrong')),
  }
}

export function percentiles(values: readonly number[]): Percentiles | undefined {
  if (values.length === 0) return undefined
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): number => Math.round(sorted[Math.ceil(share * sorted.length) - 1] as number)
  return { p50: at(0.5), p99: at(0.99), max: at(1) }
}
