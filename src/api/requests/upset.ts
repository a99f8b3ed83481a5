// What a statement leaves behind on its session. The server says nothing of it, so it is told by the text; what a function
// does inside stays its own.
import type { Upset } from '../../drivers/driver.ts'
import { firstWords } from './sql-scanner.ts'

const changing = new Set(['alter', 'create', 'drop', 'do', 'call', 'import'])
const setting = new Set(['set', 'reset'])
/** The settings by which names are looked up, each in any of its spellings. */
const lookup = /\b(?:search_path|schema|role|authorization|all)\b/i
/** SELECT set_config('search_path', …), or of a setting that only the values name. */
const hiddenLookup = /search_path|\bset_config\s*\(\s*[^'\s]/i

export function upsetOf(text: string): Upset | undefined {
  const words = firstWords(text)
  const has = (...wanted: string[]): boolean => words.some((word) => wanted.includes(word))
  if (has('discard') || (has('unlisten') && has('deallocate'))) return 'all'
  if (has('unlisten')) return 'listens'
  if (has('deallocate')) return 'names'
  const isSet = words.some((word) => setting.has(word)) && lookup.test(text)
  return isSet || hiddenLookup.test(text) || words.some((word) => changing.has(word)) ? 'meanings' : undefined
}
