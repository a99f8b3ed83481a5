// The demo from curtain to curtain: a quiet beginning, one fault after the other under load, and the reckoning.
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Connection, heartbeat } from 'pg-supervisor'
import { CallBook } from './call-book.ts'
import { faultsOn } from './faults.ts'
import { Narrator } from './narrator.ts'
import { News } from './news.ts'
import { type Outage, suffer } from './outage.ts'
import type { Screen } from './screen.ts'
import type { Stage } from './stage.ts'
import { printCounts, printOutages, printVerdict } from './summary.ts'
import { objections } from './verdict.ts'
import { Workload } from './workload.ts'

/** Resolves to whether nothing was lost; rejects when the show can't go on, or `signal` aborts. */
export async function play(stage: Stage, screen: Screen, signal: AbortSignal): Promise<boolean> {
  const table = `pg_supervisor_demo_${randomBytes(4).toString('hex')}`
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
  const book = new CallBook()
  const workload = new Workload(connection, book, table)
  const narrator = new Narrator(connection, screen)
  const news = new News(elsewhere, table)
  let sessions = 0
  connection.on('connected', () => sessions++)
  try {
    screen.heading('a quiet beginning: connect, a query, a transaction')
    await connection.connect({ signal })
    screen.aside(`PostgreSQL ${inDigits(connection.serverVersion)} at ${stage.place}`)
    await connection.query(`create table ${table} (id int primary key, caller text)`)
    await sleep(50, undefined, { signal })
    await connection.transaction((tx) => tx.query('select now()'))
    await news.start(connection)
    await sleep(500, undefined, { signal })

    screen.footer(() => `  ${connection.state} · ${inWords(book.tally())} · ${connection.pending} pending`)
    const outages: Outage[] = []
    for (const fault of faultsOn(stage)) {
      screen.heading(fault.name)
      screen.aside(fault.story)
      await narrator.hush(async () => {
        workload.start()
        await sleep(700, undefined, { signal })
        if (fault.wantsQuiet) await workload.pause()
      })
      const outage = await narrator.hush(() => suffer(fault, { stage, connection, elsewhere, signal }, book))
      outages.push(outage)
      await narrator.hush(async () => {
        if (fault.wantsQuiet) workload.start()
        await sleep(700, undefined, { signal })
        await workload.pause()
      })
      const recovered = `usable again after ${Math.round(outage.recoveredAt - outage.struckAt)} ms`
      screen.aside(`${recovered}; ${inWords(book.tally(outage.struckAt))}`, 'bold')
    }
    await news.stop()
    await news.arrived()
    screen.endFooter()
    screen.heading('ended by its owner')
    await connection.end()

    const { rows } = await elsewhere.query<{ id: number }>(`select id from ${table}`)
    const stored = new Set(rows.map(({ id }) => id))
    const evidence = { calls: book.calls, stored, sent: news.sent, heard: news.heard, gaps: news.gaps }
    const found = objections(evidence)
    screen.heading('what it came to')
    printOutages(screen, outages, evidence)
    printCounts(screen, book, evidence, sessions)
    printVerdict(screen, found)
    return found.length === 0
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

/** 180004 is 18.4. */
const inDigits = (serverVersion = 0): string =>
  `${Math.floor(serverVersion / 10_000)}.${serverVersion % 10_000}`

const inWords = ({ answered, refused, unknown }: ReturnType<CallBook['tally']>): string =>
  `${answered} answered, ${refused} refused, ${unknown} unknown`
