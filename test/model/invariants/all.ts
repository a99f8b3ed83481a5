import { ofTheChart } from './chart.ts'
import { ofEnding } from './end.ts'
import { ofGivingUp } from './giving-up.ts'
import type { Invariants } from './invariants.ts'
import { ofItsMemory } from './memory.ts'
import { ofThePublicWord } from './public-word.ts'
import { ofASession } from './session.ts'
import { ofEverySituation } from './situations.ts'
import { ofAStatement } from './statement.ts'

/** The numbers of the whole come last: they change with every change, and say least. */
export const invariants: Readonly<Record<string, Invariants>> = {
  'end()': ofEnding,
  'a session': ofASession,
  'a statement': ofAStatement,
  'giving up': ofGivingUp,
  'the public word': ofThePublicWord,
  'the chart, of what was,': ofItsMemory,
  'every situation': ofEverySituation,
  'the chart': ofTheChart,
}
