// A walk before it is walked: who does what after which pause, all of it plain data that a seed decides, so that it can be
// printed, made again and cut down.
import { callersDeeds } from './callers-deeds.ts'
import { type Dice, diceOf } from './dice.ts'
import { disasters } from './disasters.ts'
import type { Deed } from './scene.ts'

export type Step = CallersStep | NemesisStep

export interface CallersStep {
  readonly who: number
  readonly pauseMs: number
  readonly does: keyof typeof callersDeeds
  readonly choice: object
  /** Its caller does nothing else before it has ended. */
  readonly isAwaited: boolean
}

export interface NemesisStep {
  readonly who: 'nemesis'
  readonly pauseMs: number
  readonly does: keyof typeof disasters
  readonly choice: object
}

export interface Size {
  readonly callers: number
  /** Of each caller. */
  readonly steps: number
  readonly disasters: number
}

export function planOf(seed: number, { callers, steps, disasters: count }: Size): Step[] {
  const dice = diceOf(seed)
  const times = <T>(length: number, make: () => T): T[] => Array.from({ length }, make)
  return [
    ...times(count, () => nemesisStep(dice)),
    ...Array.from({ length: callers }, (_, who) => times(steps, () => callersStep(dice, who))).flat(),
  ]
}

/** A plan to be read, and to be compared with another. */
export const tellPlan = (plan: readonly Step[]): string =>
  plan
    .map((step) => `  ${tellWho(step)} +${step.pauseMs} ms ${step.does} ${JSON.stringify(step.choice)}`)
    .join('\n')

function tellWho(step: Step): string {
  if (step.who === 'nemesis') return 'nemesis '
  return `caller ${step.who}${step.isAwaited ? '' : ', and goes on,'}`
}

const nemesisStep = (dice: Dice): NemesisStep => ({
  who: 'nemesis',
  pauseMs: dice.between(1, 90),
  ...chosen(dice, disasters),
})

const callersStep = (dice: Dice, who: number): CallersStep => ({
  who,
  pauseMs: dice.chance(0.5) ? 0 : dice.between(1, 30),
  ...chosen(dice, callersDeeds),
  isAwaited: dice.chance(0.6),
})

function chosen<Name extends string>(dice: Dice, deeds: Readonly<Record<Name, Deed>>) {
  const names = Object.keys(deeds) as Name[]
  const does = dice.pick(names.flatMap((name) => Array<Name>(deeds[name].weight).fill(name)))
  return { does, choice: deeds[does].choose(dice) }
}
