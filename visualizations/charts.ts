// Every chart there is, for whoever draws them all, counts on them all or shows them all.
import type { ChartNode } from '../src/machines/chart-node.ts'
import { connectionMachine } from '../src/machines/connection.machine.ts'
import { poolMachine } from '../src/machines/pool/pool.machine.ts'
import type { Supervised } from '../src/machines/supervisor/supervised.ts'
import { supervisorMachine } from '../src/machines/supervisor/supervisor.machine.ts'

// Looked at, and never run: nothing is asked of what it would supervise.
const supervisor = supervisorMachine({} as Supervised)

/** By the name of its files. */
export const charts: Readonly<Record<string, { readonly root: ChartNode; readonly title: string }>> = {
  connection: { root: connectionMachine.root, title: 'The chart of a connection' },
  pool: { root: poolMachine.root, title: 'The chart of a pool' },
  supervisor: { root: supervisor.root, title: 'The chart of a supervisor' },
}
