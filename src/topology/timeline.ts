/** Which history a primary writes: each promotion begins a new one, with a higher number. */
export interface Timeline {
  /** Of the cluster; numbers of different clusters can't be compared. */
  readonly systemIdentifier: string
  readonly number: number
}

/** Of two primaries of one cluster the one that was promoted last is the true one. */
export const isBehind = (one: Timeline, other: Timeline): boolean =>
  one.systemIdentifier === other.systemIdentifier && one.number < other.number
