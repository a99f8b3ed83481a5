// How long a caller of a walk waits: as plain data, and as the options made of it.
import type { WaitOptions } from '../../../src/index.ts'
import type { World } from '../world.ts'
import type { Dice } from './dice.ts'

export interface Patience {
  readonly timeoutMs?: number
  readonly abortMs?: number
}

/** What a caller's signal gives as its reason. */
export const left = new Error('the caller has left')

export function choosePatience(dice: Dice, mostMs = 80): Patience {
  if (dice.chance(0.7)) return {}
  const ms = dice.between(0, mostMs)
  return dice.chance(0.5) ? { timeoutMs: ms + 1 } : { abortMs: ms }
}

export function waiting(world: World, { timeoutMs, abortMs }: Patience): WaitOptions {
  if (timeoutMs !== undefined) return { timeoutMs }
  if (abortMs === undefined) return {}
  const controller = world.controller()
  world.clock.setTimeout(() => controller.abort(left), abortMs)
  return { signal: controller.signal }
}
