import pg from 'pg'
import { selectAccountByName } from '../accounts.ts'
import { FakeServer } from '../fake-server.ts'
import { heapInUse } from '../heap.ts'
import { connect } from '../subject.ts'
import type { Workload } from '../workload.ts'

const stream = () => new FakeServer({ isSilent: true }) as never
const config = { host: 'fake', user: 'fake', password: 'fake', stream }

/** Heap of a statement that waits for its answer: written and in flight, or behind the window of 1024. */
export const flightHeap: Workload = {
  name: 'flight-heap',
  run: async () => {
    const raw = new pg.Client({ ...config, pipeline: true })
    raw.on('error', () => undefined)
    await raw.connect()
    // Nobody would answer what the supervisor asks of a new session.
    const ours = await connect({ ...config, reconnect: false, deadManSettings: false })
    const ask = { raw: raw.query.bind(raw), ours: ours.query.bind(ours) }
    const figures = {
      raw: await perStatement(1000, ask.raw),
      written: await perStatement(1000, ask.ours),
      waiting: await perStatement(5000, ask.ours),
    }
    ours.destroy()
    raw.connection.stream.destroy()
    return [
      {
        title: 'Heap of a statement that waits for its answer',
        columns: [{ title: 'bytes', digits: 0 }],
        rows: [
          { name: 'pg, pipeline: true, written', cells: [figures.raw] },
          { name: 'pg-supervisor, written', cells: [figures.written] },
          { name: 'pg-supervisor, behind the window', cells: [figures.waiting] },
        ],
        goals: [],
      },
    ]
  },
}

async function perStatement(
  howMany: number,
  ask: (statement: ReturnType<typeof selectAccountByName>) => Promise<unknown>,
): Promise<number> {
  const statements = Array.from({ length: howMany }, (_, turn) => selectAccountByName(turn))
  const before = await heapInUse()
  for (const statement of statements) ask(statement).catch(() => undefined)
  return ((await heapInUse()) - before) / howMany
}
