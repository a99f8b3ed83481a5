import type { Postgres } from '../embedded/postgres.ts'
import type { Finding } from './finding.ts'

export interface Workload {
  readonly name: string
  run(bench: Bench): Promise<Finding[]>
}

export interface Bench {
  readonly server: Postgres
  /** For development: fewer rounds, shorter laps; the figures mean little. */
  readonly isQuick: boolean
}
