// What the client alone costs, measured where there is nothing else: on a fake wire, in CPU time, beside pg in the same
// rounds. Of many short laps the cheapest counts, which no neighbour on the machine has disturbed.
import pg from 'pg'
import { selectAccountByName } from './accounts.ts'
import { alternating } from './alternating.ts'
import { FakeServer } from './fake-server.ts'
import { heapInUse } from './heap.ts'
import { callers } from './race.ts'
import { connect } from './subject.ts'

export interface Figure {
  readonly name: string
  /** Beyond so much of the baseline there is no doubt. */
  readonly tolerance: number
  measure(): Promise<number>
}

const stream = () => new FakeServer() as never
const config = { host: 'fake', user: 'fake', password: 'fake', stream }
type Work = (count: number) => Promise<void>

/** Their cheapest laps, ours to pg's. */
async function ratio(theirs: Work, ours: Work, count: number): Promise<number> {
  const lap = (work: Work) => async (): Promise<number> => {
    const cpu = process.cpuUsage()
    await work(count)
    const { user, system } = process.cpuUsage(cpu)
    return user + system
  }
  const rounds = 15
  const laps = await alternating(rounds, [
    { name: 'pg', measure: lap(theirs) },
    { name: 'ours', measure: lap(ours) },
  ])
  const cheapest = (name: string): number => Math.min(...(laps.get(name) ?? []).slice(rounds / 3))
  return cheapest('ours') / cheapest('pg')
}

async function withBoth<T>(
  work: (raw: pg.Client, ours: Awaited<ReturnType<typeof connect>>) => Promise<T>,
  pipeline = true,
): Promise<T> {
  const raw = new pg.Client({ ...config, pipeline })
  await raw.connect()
  const ours = await connect(config)
  try {
    return await work(raw, ours)
  } finally {
    await Promise.all([raw.end(), ours.end()])
  }
}

const statements = (howMany: number): Figure => ({
  name: `CPU of a statement, ${howMany} at a time, of pg's`,
  tolerance: 1.3,
  measure: () =>
    withBoth((raw, ours) =>
      ratio(
        (count) => callers(howMany, count, (turn) => raw.query(selectAccountByName(turn))),
        (count) => callers(howMany, count, (turn) => ours.query(selectAccountByName(turn))),
        1500,
      ),
    ),
})

const transactions: Figure = {
  name: "CPU of a transaction of three statements, of pg's",
  tolerance: 1.3,
  measure: () =>
    withBoth(
      (raw, ours) =>
        ratio(
          (count) =>
            callers(1, count, async (turn) => {
              await raw.query('begin')
              for (let at = 0; at < 3; at++) await raw.query(selectAccountByName(turn))
              await raw.query('commit')
            }),
          (count) =>
            callers(1, count, (turn) =>
              ours.transaction(async (tx) => {
                for (let at = 0; at < 3; at++) await tx.query(selectAccountByName(turn))
              }),
            ),
          300,
        ),
      false,
    ),
}

async function bytesEach(howMany: number, open: () => Promise<{ end(): Promise<unknown> }>): Promise<number> {
  const before = await heapInUse()
  const opened = await Promise.all(Array.from({ length: howMany }, open))
  const bytes = ((await heapInUse()) - before) / howMany
  await Promise.all(opened.map((one) => one.end()))
  return bytes
}

const idleHeap: Figure = {
  name: 'heap of an idle connection with its pg client, bytes',
  tolerance: 1.2,
  measure: async () => {
    const open = () => connect(config)
    await bytesEach(100, open)
    return bytesEach(500, open)
  },
}

/** Transactions last: from then on an AsyncLocalStorage runs. */
export const figures: readonly Figure[] = [idleHeap, statements(1), statements(100), transactions]
