// Contestants run in turn, round after round, in one process against one server: what disturbs the machine disturbs all
// of them, and a ratio is taken within a round, between neighbours in time.
import { sweep } from './heap.ts'
import { type Spread, spreadOf } from './statistics.ts'

export interface Contestant {
  readonly name: string
  /** Does `count` of whatever is measured. */
  run(count: number): Promise<void>
}

interface Lap {
  readonly wallUs: number
  readonly cpuUs: number
}

export interface Standing {
  readonly name: string
  /** Microseconds for each. */
  readonly wallUs: Spread
  /** Microseconds of this process for each, its threads included. */
  readonly cpuUs: Spread
  readonly perSecond: Spread
  /** Against the first contestant, in the same round: its throughput to ours, our times to its. */
  readonly throughputRatio: Spread
  readonly wallRatio: Spread
  readonly cpuRatio: Spread
}

export interface RaceOptions {
  readonly rounds: number
  readonly lapMs: number
  /** How many are asked before anything is measured. Default 3000, enough for the compiler. */
  readonly warmUpCount?: number
}

/** The first contestant is what the others are measured against. */
export async function race(contestants: readonly Contestant[], options: RaceOptions): Promise<Standing[]> {
  const counts = new Map<Contestant, number>()
  for (const contestant of contestants) counts.set(contestant, await warmUp(contestant, options))
  const laps = new Map<Contestant, Lap[]>(contestants.map((contestant) => [contestant, []]))
  for (let round = 0; round < options.rounds; round++) {
    for (const contestant of rotated(contestants, round)) {
      laps.get(contestant)?.push(await lap(contestant, counts.get(contestant) ?? 1))
    }
  }
  const first = laps.get(contestants[0] as Contestant) ?? []
  return contestants.map((contestant) => standing(contestant.name, laps.get(contestant) ?? [], first))
}

/** Then it is known how many make a lap of the wanted length. */
async function warmUp(contestant: Contestant, { lapMs, warmUpCount = 3000 }: RaceOptions): Promise<number> {
  await contestant.run(warmUpCount)
  const { wallUs } = await lap(contestant, warmUpCount)
  return Math.max(Math.ceil(warmUpCount / 10), Math.round((lapMs * 1000) / wallUs))
}

async function lap(contestant: Contestant, count: number): Promise<Lap> {
  // Nobody pays for the rubbish of the one before.
  sweep()
  const cpu = process.cpuUsage()
  const from = performance.now()
  await contestant.run(count)
  const wallMs = performance.now() - from
  const { user, system } = process.cpuUsage(cpu)
  return { wallUs: (wallMs * 1000) / count, cpuUs: (user + system) / count }
}

function rotated<T>(items: readonly T[], by: number): T[] {
  const start = by % items.length
  return [...items.slice(start), ...items.slice(0, start)]
}

function standing(name: string, laps: readonly Lap[], first: readonly Lap[]): Standing {
  const ratio = (of: (mine: Lap, its: Lap) => number): Spread =>
    spreadOf(laps.map((mine, round) => of(mine, first[round] as Lap)))
  return {
    name,
    wallUs: spreadOf(laps.map(({ wallUs }) => wallUs)),
    cpuUs: spreadOf(laps.map(({ cpuUs }) => cpuUs)),
    perSecond: spreadOf(laps.map(({ wallUs }) => 1e6 / wallUs)),
    throughputRatio: ratio((mine, its) => its.wallUs / mine.wallUs),
    wallRatio: ratio((mine, its) => mine.wallUs / its.wallUs),
    cpuRatio: ratio((mine, its) => mine.cpuUs / its.cpuUs),
  }
}

/** So many callers, each of whom asks again when it is answered, until `count` were asked. */
export async function callers(
  howMany: number,
  count: number,
  ask: (turn: number) => Promise<unknown>,
): Promise<void> {
  let turn = 0
  const caller = async (): Promise<void> => {
    while (turn < count) await ask(turn++)
  }
  await Promise.all(Array.from({ length: howMany }, caller))
}
