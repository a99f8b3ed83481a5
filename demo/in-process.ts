// npm run demo -- --driver pglite: the same connection, and no server at all. Queries, transactions and notifications work;
// what needs a server that can be broken is for the other show.
import { Connection } from 'pg-supervisor'
import { Narrator } from './narrator.ts'
import type { Screen } from './screen.ts'

interface Show {
  readonly screen: Screen
  readonly connection: Connection
  readonly signal: AbortSignal
  /** Tells what was found, and whether it is what it should be. */
  found(what: string, isRight: boolean): void
}

/** Resolves to whether everything was as it should be. */
export async function playInProcess(driver: 'pglite', screen: Screen, signal: AbortSignal): Promise<boolean> {
  // A cluster is made first, which takes seconds.
  const config = { driver, database: 'demo', connectTimeoutMs: 60_000 } as const
  await using connection = new Connection({ ...config, name: 'the connection on show' })
  const narrator = new Narrator(connection, screen)
  const wrong: string[] = []
  const found = (what: string, isRight: boolean): void => {
    screen.aside(`${screen.paint(isRight ? 'green' : 'red', isRight ? '✓' : '✗')} ${what}`, 'bold')
    if (!isRight) wrong.push(what)
  }
  const show: Show = { screen, connection, signal, found }

  screen.heading('PostgreSQL in this process')
  screen.aside('a cluster is made in memory; nothing listens on any port')
  await connection.connect({ signal })
  const { rows } = await connection.query<{ version: string }>('select version()')
  screen.aside(rows[0]!.version.split(' on ')[0]!)
  await queries(show)
  await transactions(show)
  await using elsewhere = await new Connection({ ...config, name: 'somebody else' }).connect({ signal })
  await narrator.hush(() => notifications(show, elsewhere))
  screen.heading('ended by its owner')
  await connection.end()
  await elsewhere.end()
  screen.aside('the database was closed with its last connection')
  printVerdict(screen, wrong)
  return wrong.length === 0
}

async function queries({ screen, connection, signal, found }: Show): Promise<void> {
  screen.heading('queries: a hundred at once, one of them wrong')
  await connection.query('create table account (id int primary key, owner text, cents int)')
  const owners = ['Ada', 'Grace', 'Barbara', 'Frances']
  const asked = Array.from({ length: 100 }, (_, id) =>
    connection.query(`insert into account values ($1, $2, $3${id === 42 ? '/ 0' : ''})`, [
      id,
      owners[id % 4],
      1000,
    ]),
  )
  const outcomes = await Promise.allSettled(asked)
  const failed = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
  found('99 answered, 1 refused by the server: division by zero', failed.map(codeOf).join() === '22012')
  const { rows } = await connection.query<{ owner: string; cents: number }>(
    'select owner, sum(cents)::int as cents from account group by owner order by owner',
    [],
    { signal },
  )
  for (const { owner, cents } of rows) screen.aside(`${owner.padEnd(10)}${String(cents).padStart(8)} cents`)
}

async function transactions({ screen, connection, found }: Show): Promise<void> {
  screen.heading('transactions: one commits, one changes its mind')
  const move = (cents: number, isMeant: boolean) =>
    connection.transaction(async (tx) => {
      await tx.query('update account set cents = cents - $1 where id = 0', [cents])
      await tx.query('update account set cents = cents + $1 where id = 1', [cents])
      if (!isMeant) throw new Error('changed my mind')
    })
  await move(300, true)
  await move(500, false).catch(() => undefined)
  const { rows } = await connection.query<{ cents: number }>(
    'select cents from account where id < 2 order by id',
  )
  const cents = rows.map((row) => row.cents)
  found(`300 cents were moved, 500 were not: ${cents.join(' and ')} are left`, cents.join() === '700,1300')
}

async function notifications(
  { screen, connection, signal, found }: Show,
  elsewhere: Connection,
): Promise<void> {
  screen.heading('notifications, from this connection and from another of this process')
  await using news = await connection.listen('news')
  await connection.notify('news', 'of my own')
  await elsewhere.notify('news', 'of somebody else')
  await connection.transaction((tx) => tx.notify('news', 'when it has committed'), { signal })
  const heard: string[] = []
  for await (const { payload } of news) {
    screen.aside(`heard: ${payload}`)
    if (heard.push(payload) === 3) break
  }
  found('three were sent, three were heard, in order', heard[2] === 'when it has committed')
}

function printVerdict(screen: Screen, wrong: readonly string[]): void {
  screen.line()
  if (wrong.length === 0) {
    screen.line(
      `  ${screen.paint('green', 'All of it without a server.')} Killed sessions, restarts and networks that fail`,
    )
    screen.line('  are in the other show, on a PostgreSQL that can be broken: npm run demo')
  }
  for (const what of wrong) screen.line(`  ${screen.paint('red', `Wrong: ${what}`)}`)
  screen.line()
}

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code
