import { selectAccountByName, selectNumber } from '../accounts.ts'
import { supervised, withClients } from '../clients.ts'
import { FakeServer } from '../fake-server.ts'
import type { Finding } from '../finding.ts'
import { callers, race } from '../race.ts'
import { raceFinding } from '../race-finding.ts'
import { connect, recordTrace } from '../subject.ts'
import type { Workload } from '../workload.ts'

const howMany = 100

/** What the flight recorder costs that is always on. */
export const trace: Workload = {
  name: 'trace',
  run: async ({ server, isQuick }) => {
    const options = { rounds: isQuick ? 9 : 31, lapMs: isQuick ? 50 : 150 }
    const recorded = await connect({ connectionString: server.url })
    recordTrace(recorded)
    const onServer = await withClients(server, [supervised()], ([plain]) =>
      race(
        [
          {
            name: 'pg-supervisor',
            run: (count) => callers(howMany, count, (turn) => plain!.query(selectNumber(turn))),
          },
          {
            name: 'with recordTrace()',
            run: (count) => callers(howMany, count, (turn) => recorded.query(selectNumber(turn))),
          },
        ],
        options,
      ),
    )
    await recorded.end()
    const measured = onServer.at(-1)?.cpuRatio.median ?? Number.NaN
    const goal = { words: 'CPU time of the process, of that without a trace', measured, atMost: 1.1 }
    return [
      raceFinding(`A trace recorded, ${howMany} callers on one connection`, onServer, [goal]),
      await onFakeWire(options),
    ]
  },
}

/** The client alone, where there is nothing else to pay for. */
async function onFakeWire(options: { rounds: number; lapMs: number }): Promise<Finding> {
  const open = () => connect({ host: 'fake', user: 'fake', password: 'fake', stream: () => new FakeServer() })
  const [plain, recorded] = [await open(), await open()]
  recordTrace(recorded)
  const standings = await race(
    [plain, recorded].map((connection, index) => ({
      name: index === 0 ? 'pg-supervisor' : 'with recordTrace()',
      run: (count: number) => callers(howMany, count, (turn) => connection.query(selectAccountByName(turn))),
    })),
    options,
  )
  await plain.end()
  await recorded.end()
  return raceFinding(`A trace recorded, the client alone, on a fake wire, ${howMany} at a time`, standings)
}
