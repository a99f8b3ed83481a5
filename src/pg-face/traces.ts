// What a borrower may leave behind on a session, judged by the texts it sent: whether the server is worth asking. What a
// function does inside stays its own; `cleanSessions: 'always'` asks without a reason.
import { firstWords } from '../api/requests/sql-scanner.ts'
import { Lru } from '../drivers/lru.ts'

/** 'some': the server can tell. 'hidden': it shows settings with names of an application's own to nobody. */
export type Traces = 'none' | 'some' | 'hidden'

const suspects = new Set(['listen', 'do', 'call'])
const settings = new Set(['set', 'reset'])
/** Not SET LOCAL and the like, which end with their transaction. */
const lastingSetting = /\b(?:re)?set\s+(?!local\b|transaction\b|constraints\b)/i
/** SET app.user = … */
const ownSetting = /\bset\s+(?:session\s+)?[\w"$]+\s*\.\s*[\w"$]+\s*(?:=|\bto\b)/i
const setConfig = /\bset_config\s*\(/gi
const untilTheEnd = /,\s*(?:true|'t(?:rue)?')\s*\)/gi
/** Those of a transaction are called pg_advisory_xact_lock. */
const advisoryLock = /\bpg_(?:try_)?advisory_lock/i
const temporary = /\b(?:create|into)\s[^;]*?\btemp(?:orary)?\b|\bpg_temp\b/i

const longestKeptText = 8192
const kept = new Lru<Traces>(256)

/** Most texts come again. */
export function tracesOf(text: string): Traces {
  const known = kept.get(text)
  if (known !== undefined) return known
  const answer = judge(text)
  if (text.length <= longestKeptText) kept.set(text, answer)
  return answer
}

function judge(text: string): Traces {
  const words = firstWords(text)
  if (count(text, setConfig) > count(text, untilTheEnd)) return 'hidden'
  if (words.some((word) => settings.has(word)) && lastingSetting.test(text))
    return ownSetting.test(text) ? 'hidden' : 'some'
  if (words.some((word) => suspects.has(word))) return 'some'
  return advisoryLock.test(text) || temporary.test(text) ? 'some' : 'none'
}

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0

/** What the texts make suspect that went over one client since it was last known to be clean. */
export class Suspicion {
  of: Traces = 'none'

  note(question: unknown): void {
    if (this.of === 'hidden') return
    const text = textOf(question)
    const traces = text === undefined ? 'none' : tracesOf(text)
    if (traces !== 'none') this.of = traces
  }
}

/** Of whatever pg's query() takes: a text, a config, a query, a cursor, and a stream around a cursor. */
function textOf(question: unknown): string | undefined {
  if (typeof question === 'string') return question
  const { text, cursor } = (question ?? {}) as { text?: unknown; cursor?: { text?: unknown } }
  if (typeof text === 'string') return text
  return typeof cursor?.text === 'string' ? cursor.text : undefined
}
