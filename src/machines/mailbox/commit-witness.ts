/** By what a transaction can be found again when the answer to its COMMIT is lost. */
export interface CommitWitness {
  /** The 64-bit id, which is never used twice on one timeline unless the server crashes. */
  readonly transactionId: string
  readonly timeline: string
  readonly systemIdentifier: string
  /** Since when the server keeps statistics: it forgets them when it recovers from a crash, and at nothing else of itself. */
  readonly countsSince: string | null
  /** Of the server process that works on it, and when that was started: process ids come back. */
  readonly processId: number
  readonly startedAt: string
}
