// Was anything lost? Says so from what callers were told, what the table holds and what the listener heard.
import type { Call } from './call-book.ts'
import type { Gap, Sent } from './news.ts'

export interface Evidence {
  readonly calls: readonly Call[]
  readonly stored: ReadonlySet<number>
  readonly sent: readonly Sent[]
  readonly heard: ReadonlySet<number>
  readonly gaps: readonly Gap[]
}

/** What must not be, in plain words; nothing = nothing was lost. */
export function objections({ calls, stored, sent, heard, gaps }: Evidence): string[] {
  const count = (objection: string, offences: readonly unknown[]) =>
    offences.length === 0 ? [] : [`${offences.length} ${objection}`]
  const isStored = (row: number) => stored.has(row)
  const told = (what: Call['told']) => calls.filter((call) => call.told === what)
  const known = new Set(calls.flatMap(({ rows }) => rows))
  return [
    ...count('promises never settled', told(undefined)),
    ...count('calls were answered, and their rows are missing', lostForGood(calls, stored)),
    ...count(
      'calls were told that nothing was applied, and it was',
      told('refused').filter(({ rows }) => rows.some(isStored)),
    ),
    ...count(
      'transactions were applied by half',
      told('unknown').filter(({ rows }) => rows.some(isStored) && !rows.every(isStored)),
    ),
    ...count(
      'rows are there that nobody wrote',
      [...stored].filter((row) => !known.has(row)),
    ),
    ...count('notifications are missing, and no gap was announced for them', unannounced(sent, heard, gaps)),
  ]
}

/** Acknowledged, and not there. */
export function lostForGood(calls: readonly Call[], stored: ReadonlySet<number>): Call[] {
  return calls.filter(({ told, rows }) => told === 'answered' && !rows.every((row) => stored.has(row)))
}

/** A gap begins with the last byte heard; what was on its way at that moment was accepted a little earlier. */
const onItsWayMs = 250

function unannounced(sent: readonly Sent[], heard: ReadonlySet<number>, gaps: readonly Gap[]): Sent[] {
  const isInside = ({ askedAt, acceptedAt }: Sent) =>
    gaps.some(({ from, to }) => acceptedAt >= from - onItsWayMs && askedAt <= to)
  return sent.filter((each) => !heard.has(each.number) && !isInside(each))
}
