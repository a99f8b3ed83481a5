// Cuts a list down to what still fails: halves first, then ever smaller pieces, as delta debugging does (Zeller, 1999).

export interface Limits {
  /** Milliseconds after which the best so far must do. */
  readonly forMs: number
}

export async function shrink<T>(
  whole: readonly T[],
  fails: (part: readonly T[]) => Promise<boolean>,
  { forMs }: Limits,
): Promise<readonly T[]> {
  const deadline = performance.now() + forMs
  let best = whole
  for (let pieces = 2; pieces <= best.length * 2; ) {
    const length = Math.ceil(best.length / pieces)
    let found = false
    for (let start = 0; start < best.length; start += length) {
      if (performance.now() > deadline) return best
      const rest = [...best.slice(0, start), ...best.slice(start + length)]
      if (rest.length === 0 || !(await fails(rest))) continue
      best = rest
      found = true
      break
    }
    if (found) pieces = Math.max(2, pieces - 1)
    else if (length === 1) return best
    else pieces = Math.min(best.length, pieces * 2)
  }
  return best
}
