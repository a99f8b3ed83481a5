import { sweep } from './heap.ts'

/** Each measures once in each round, in turn, and first in every other one; what each measured, round by round. */
export async function alternating<T>(
  rounds: number,
  contestants: readonly { readonly name: string; measure(): Promise<T> }[],
): Promise<Map<string, T[]>> {
  const measured = new Map<string, T[]>(contestants.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const { name, measure } of round % 2 === 0 ? contestants : contestants.toReversed()) {
      sweep()
      measured.get(name)?.push(await measure())
    }
  }
  return measured
}
