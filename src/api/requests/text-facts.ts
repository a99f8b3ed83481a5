// What has to be known of a text before it is sent. Most texts come again, so what was found is kept for a while.
import type { Upset } from '../../drivers/driver.ts'
import { Lru } from '../../drivers/lru.ts'
import { isTransactionControl, mayCopyFromStdin } from './transaction-control.ts'
import { upsetOf } from './upset.ts'

export interface TextFacts {
  readonly isControl: boolean
  readonly mayCopy: boolean
  readonly upsets: Upset | undefined
}

const keptTexts = 256
const longestKeptText = 8192
const kept = new Lru<TextFacts>(keptTexts)

export function factsOf(text: string): TextFacts {
  const known = kept.get(text)
  if (known !== undefined) return known
  const facts = {
    isControl: isTransactionControl(text),
    mayCopy: mayCopyFromStdin(text),
    upsets: upsetOf(text),
  }
  if (text.length <= longestKeptText) kept.set(text, facts)
  return facts
}
