import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { FakeServer } from '../fake-server.ts'
import { heapInUse } from '../heap.ts'
import { connect, heartbeat } from '../subject.ts'
import type { Workload } from '../workload.ts'

const config = { host: 'fake', user: 'fake', password: 'fake', stream: () => new FakeServer() as never }

/** What a heartbeat leaves belongs to an idle connection as well. */
const idleMs = 2000

/** Heap of an idle connection, on a fake wire so that no buffer of a socket blurs it. */
export const idleHeap: Workload = {
  name: 'idle-heap',
  run: async ({ isQuick }) => {
    const howMany = isQuick ? 100 : 500
    const openRaw = async () => {
      const client = new pg.Client(config)
      await client.connect()
      await client.query('')
      return client
    }
    const openOurs = () => connect({ ...config, monitors: [heartbeat({ idleMs })] })
    // Code and caches of the first ones are nobody's.
    await perItem(100, openRaw)
    await perItem(100, openOurs)
    const raw = await perItem(howMany, openRaw)
    const ours = await perItem(howMany, openOurs)
    return [
      {
        title: 'Heap of an idle connection',
        note: `${howMany} of each; the fake wire itself, counted in both, stands for the socket`,
        columns: [{ title: 'bytes', digits: 0 }],
        rows: [
          { name: 'pg', cells: [raw] },
          { name: 'pg-supervisor, its pg client included', cells: [ours] },
          { name: 'pg-supervisor, beside its pg client', cells: [ours - raw] },
        ],
        goals: [{ words: 'kB beside its pg client', measured: (ours - raw) / 1000, atMost: 12 }],
      },
    ]
  },
}

async function perItem(howMany: number, open: () => Promise<{ end(): Promise<unknown> }>): Promise<number> {
  const before = await heapInUse()
  const opened: { end(): Promise<unknown> }[] = []
  for (let count = 0; count < howMany; count++) opened.push(await open())
  await sleep(1.5 * idleMs)
  const bytes = ((await heapInUse()) - before) / howMany
  await Promise.all(opened.map((one) => one.end()))
  return bytes
}
