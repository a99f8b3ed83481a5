// Who and what a step of a walk acts on.
import type { Connection } from '../../../src/index.ts'
import type { World } from '../world.ts'
import type { Counters } from './counters.ts'
import type { Dice } from './dice.ts'
import type { Lists } from './lists.ts'
import type { Outbox } from './outbox.ts'

export interface Scene {
  readonly world: World
  /** Those that callers use. */
  readonly connections: readonly Connection[]
  /** Listens to the outbox, and is never ended before the walk is over. */
  readonly listener: Connection
  readonly lists: Lists
  readonly counters: Counters
  readonly outbox: Outbox
}

/** Something that can be done: what exactly is chosen when a plan is made, and is plain data. */
export interface Deed<Choice extends object = object> {
  readonly weight: number
  readonly choose: (dice: Dice) => Choice
}

/** Of a caller. */
export interface CallersDeed<Choice extends object> extends Deed<Choice> {
  act(scene: Scene, connection: Connection, choice: Choice): Promise<unknown>
}

/** Of the nemesis; whatever it is, it passes. */
export interface Disaster<Choice extends object> extends Deed<Choice> {
  strike(scene: Scene, choice: Choice): unknown
}

export const callersDeed = <C extends object>(deed: CallersDeed<C>): CallersDeed<C> => deed
export const disaster = <C extends object>(deed: Disaster<C>): Disaster<C> => deed
