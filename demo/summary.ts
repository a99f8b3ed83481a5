import type { CallBook } from './call-book.ts'
import type { Outage } from './outage.ts'
import type { Screen } from './screen.ts'
import { type Evidence, lostForGood } from './verdict.ts'

const columns = [
  ['fault', 18],
  ['noticed after', 16],
  ['recovered after', 18],
  ['lost for good', 16],
  ['pending', 10],
] as const

/** A row for each fault: when it was noticed, when the connection was usable again, what it cost. */
export function printOutages(screen: Screen, outages: readonly Outage[], { calls, stored }: Evidence): void {
  const line = (cells: readonly string[]) =>
    cells.map((cell, index) => (index === 0 ? cell.padEnd(18) : cell.padStart(columns[index]![1]))).join('')
  screen.line()
  screen.line(`  ${screen.paint('bold', line(columns.map(([name]) => name)))}`)
  screen.line(`  ${screen.paint('dim', '─'.repeat(78))}`)
  outages.forEach(({ name, struckAt, noticedAt, recoveredAt, pending }, index) => {
    const until = outages[index + 1]?.struckAt ?? Number.POSITIVE_INFINITY
    const met = calls.filter(({ settledAt = 0 }) => settledAt >= struckAt && settledAt < until)
    const lost = lostForGood(met, stored).length
    const cells = [ms(noticedAt - struckAt), ms(recoveredAt - struckAt), String(lost), String(pending)]
    screen.line(`  ${line([name, ...cells])}`)
  })
}

export function printCounts(screen: Screen, book: CallBook, evidence: Evidence, sessions: number): void {
  const { calls, stored, sent, heard, gaps } = evidence
  const { answered, refused, unknown } = book.tally()
  const happened = calls.filter(({ told, rows }) => told === 'unknown' && stored.has(rows[0]!)).length
  const missed = sent.filter(({ number }) => !heard.has(number)).length
  const count = (number: number, what: string, parts: readonly string[]) =>
    parts.forEach((part, index) => {
      const head = index === 0 ? `${String(number).padStart(6)} ${what}` : ''
      screen.line(`${head.padEnd(22)}${part}`)
    })
  screen.line()
  count(calls.length, 'calls', [
    `${answered} were answered`,
    `${refused} were refused: nothing of them was applied`,
    `${unknown} ended unknown: cut off in flight (${happened} had happened)`,
  ])
  count(sent.length, 'notifications', [
    `${sent.length - missed} were heard, ${missed} fell into announced gaps (${gaps.length})`,
  ])
  count(sessions, 'sessions', ['one connection: the same object, queue and subscriptions'])
}

export function printVerdict(screen: Screen, objections: readonly string[]): void {
  screen.line()
  if (objections.length === 0) {
    screen.line(
      `  ${screen.paint('green', 'Nothing was lost.')} What was answered is stored, what was refused is not,`,
    )
    screen.line('  what is unknown was said to be, and no promise is pending.')
  }
  for (const objection of objections) screen.line(`  ${screen.paint('red', `Lost: ${objection}`)}`)
  screen.line()
}

const ms = (duration: number): string => `${Math.max(0, Math.round(duration))} ms`
