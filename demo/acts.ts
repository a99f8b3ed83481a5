// The acts of the demo: a quiet beginning, a fault under load as often as there are faults, and the reckoning.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from 'pg-supervisor'
import type { CallBook } from './call-book.ts'
import type { Fault } from './faults.ts'
import type { Narrator } from './narrator.ts'
import type { News } from './news.ts'
import { type Outage, suffer } from './outage.ts'
import type { Screen } from './screen.ts'
import type { Stage } from './stage.ts'
import { printCounts, printOutages, printVerdict } from './summary.ts'
import { objections } from './verdict.ts'
import type { Workload } from './workload.ts'

/** Who takes part, and with what. */
export interface Cast {
  readonly stage: Stage
  readonly screen: Screen
  /** The one on show. */
  readonly connection: Connection
  /** Somebody else, who reaches the server past the cable. */
  readonly elsewhere: Connection
  readonly narrator: Narrator
  readonly workload: Workload
  readonly news: News
  readonly book: CallBook
  readonly table: string
  /** The audience wants to leave. */
  readonly signal: AbortSignal
}

export async function quietBeginning(cast: Cast): Promise<void> {
  const { stage, screen, connection, table, news, signal } = cast
  screen.heading('a quiet beginning: connect, a query, a transaction')
  await connection.connect({ signal })
  screen.aside(`PostgreSQL ${inDigits(connection.serverVersion)} at ${stage.place}`)
  await connection.query(`create table ${table} (id int primary key, caller text)`)
  await sleep(50, undefined, { signal })
  await connection.transaction((tx) => tx.query('select now()'))
  await news.start(connection)
  await sleep(500, undefined, { signal })
}

export async function disaster(fault: Fault, cast: Cast): Promise<Outage> {
  const { screen, narrator, workload, book, signal } = cast
  screen.heading(fault.name)
  screen.aside(fault.story)
  const outage = await narrator.hush(async () => {
    workload.start()
    await sleep(700, undefined, { signal })
    if (fault.wantsQuiet) await workload.pause()
    const suffered = await suffer(fault, cast, book)
    if (fault.wantsQuiet) workload.start()
    await sleep(700, undefined, { signal })
    await workload.pause()
    return suffered
  })
  const recovered = `usable again after ${Math.round(outage.recoveredAt - outage.struckAt)} ms`
  screen.aside(`${recovered}; ${inWords(book.tally(outage.struckAt))}`, 'bold')
  return outage
}

/** Resolves to whether nothing was lost. */
export async function reckoning(cast: Cast, outages: readonly Outage[], sessions: number): Promise<boolean> {
  const { screen, connection, elsewhere, book, news, table } = cast
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
}

export const inWords = ({ answered, refused, unknown }: ReturnType<CallBook['tally']>): string =>
  `${answered} answered, ${refused} refused, ${unknown} unknown`

/** 180004 is 18.4. */
const inDigits = (serverVersion = 0): string =>
  `${Math.floor(serverVersion / 10_000)}.${serverVersion % 10_000}`
