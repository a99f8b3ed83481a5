import type { StormPermit } from '../../backoff/host-bucket.ts'
import type { Round } from '../../topology/round.ts'
import type { Target } from '../../topology/target.ts'
import type { Wiring } from '../wiring.ts'

/** Whose turn it is, with leave to try it. */
export interface Turn {
  readonly target: Target
  readonly permit: StormPermit
}

/** The first host that may be tried now; who may not is passed over. */
export function freeTurn(wiring: Wiring, { left }: Round): Turn | undefined {
  for (const target of left) {
    const permit = wiring.stormLimit(target).tryAcquire()
    if (permit !== undefined) return { target, permit }
  }
  return undefined
}

/** A token of the storm limit has grown back by then. */
const patienceMs = 1000

/**
 * Waits for the one that may be tried first; where others were tried already, no longer than it takes the storm limit to let
 * one more through, for by then those may be worth another round.
 */
export async function firstTurn(
  wiring: Wiring,
  { left }: Round,
  signal: AbortSignal,
  leftMs: number | undefined,
): Promise<Turn | undefined> {
  if (left.length === 0) return undefined
  const [only] = left
  if (left.length === 1 && leftMs === undefined)
    return { target: only as Target, permit: await wiring.stormLimit(only as Target).acquire(signal) }
  const late = new AbortController()
  const either = AbortSignal.any([signal, late.signal])
  const timer =
    leftMs === undefined
      ? undefined
      : wiring.clock.setTimeout(() => late.abort(), Math.min(leftMs, patienceMs))
  const turns = left.map(async (target) => ({
    target,
    permit: await wiring.stormLimit(target).acquire(either),
  }))
  try {
    const first = await Promise.race(turns)
    for (const turn of turns) {
      turn.then(
        (other) => other === first || other.permit.released(),
        () => undefined,
      )
    }
    return first
  } catch (error) {
    if (signal.aborted) throw error
    return undefined
  } finally {
    wiring.clock.clearTimeout(timer)
    late.abort()
  }
}
