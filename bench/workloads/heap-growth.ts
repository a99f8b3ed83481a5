import { selectAccountByName } from '../accounts.ts'
import { pipelinedPg, supervised, withClients } from '../clients.ts'
import { heapInUse } from '../heap.ts'
import { callers } from '../race.ts'
import type { Workload } from '../workload.ts'

const howMany = 100_000
const inFlight = 1000

/** What is left on the heap of 100 000 answered queries. */
export const heapGrowth: Workload = {
  name: 'heap-growth',
  run: ({ server, isQuick }) =>
    withClients(server, [pipelinedPg, supervised()], async (clients) => {
      const rows = []
      for (const { name, query } of clients) {
        const ask = (turn: number) => query(selectAccountByName(turn))
        // The compiler's own heap grows until it has seen enough.
        await callers(inFlight, (isQuick ? 1 : 2) * howMany, ask)
        const heap = [await heapInUse()]
        for (let batch = 0; batch < (isQuick ? 1 : 3); batch++) {
          await callers(inFlight, howMany, ask)
          heap.push(await heapInUse())
        }
        rows.push({ name, cells: heap.slice(1).map((bytes, batch) => (bytes - (heap[batch] ?? 0)) / 1000) })
      }
      const [, ours] = rows
      const batches = ours?.cells ?? []
      return [
        {
          title: `Heap growth over ${howMany} queries with ${inFlight} in flight`,
          columns: batches.map((_, batch) => ({ title: `batch ${batch + 1}, kB`, digits: 1 })),
          rows,
          // What is kept of a query is at least a pointer.
          goals: [
            {
              words: 'bytes a query, in the last batch',
              measured: ((batches.at(-1) ?? Number.NaN) * 1000) / howMany,
              atMost: 1,
            },
          ],
        },
      ]
    }),
}
