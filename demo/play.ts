// The demo from curtain to curtain.
import { randomBytes } from 'node:crypto'
import { Connection, heartbeat } from 'pg-supervisor'
import { type Cast, disaster, inWords, quietBeginning, reckoning } from './acts.ts'
import { CallBook } from './call-book.ts'
import { faultsOn } from './faults.ts'
import { Narrator } from './narrator.ts'
import { News } from './news.ts'
import type { Outage } from './outage.ts'
import type { Screen } from './screen.ts'
import type { Stage } from './stage.ts'
import { Workload } from './workload.ts'

/** Resolves to whether nothing was lost; rejects when the show can't go on, or `signal` aborts. */
export async function play(stage: Stage, screen: Screen, signal: AbortSignal): Promise<boolean> {
  // What can't be sent while the connection is down waits for it, and is sent when it is back.
  const whileDown = { waitMs: 10_000 }
  await using connection = new Connection({
    connectionString: stage.url,
    name: 'the connection on show',
    whileDown,
    monitors: [heartbeat({ idleMs: 500, timeoutMs: 500 })],
  })
  await using elsewhere = new Connection({
    connectionString: stage.directUrl,
    name: 'somebody elsewhere',
    whileDown,
  })
  await elsewhere.connect({ signal })

  const table = `pg_supervisor_demo_${randomBytes(4).toString('hex')}`
  const book = new CallBook()
  const workload = new Workload(connection, book, table)
  const news = new News(elsewhere, table)
  const narrator = new Narrator(connection, screen)
  const cast: Cast = { stage, screen, connection, elsewhere, narrator, workload, news, book, table, signal }
  const outages: Outage[] = []
  let sessions = 0
  connection.on('connected', () => sessions++)
  try {
    await quietBeginning(cast)
    screen.footer(() => `  ${connection.state} · ${inWords(book.tally())} · ${connection.pending} pending`)
    for (const fault of faultsOn(stage)) outages.push(await disaster(fault, cast))
    return await reckoning(cast, outages, sessions)
  } finally {
    screen.endFooter()
    connection.destroy()
    const stopped = Promise.all([workload.pause(), news.stop()])
    // A server of ours goes with all its tables, and may be down just now.
    if (stage.server === undefined) await elsewhere.query(`drop table if exists ${table}`)
    elsewhere.destroy()
    await stopped
  }
}
