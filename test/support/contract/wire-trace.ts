// What a wire says of statements, and when: the same cases are told by the real one and by the scripted one, so that what
// tests of the machine build on is what the driver does.
import type { Statement, Wire } from '../../../src/drivers/driver.ts'
import type { Answer } from '../scripted-wire.ts'

export interface Case {
  readonly name: string
  /** Written in one tick; the script is what a server says to each. */
  readonly statements: readonly { readonly text: string; readonly script: Answer }[]
  readonly expected: readonly string[]
}

const error = (code: string) => Object.assign(new Error('said by the server'), { code, severity: 'ERROR' })

export const cases: readonly Case[] = [
  {
    name: 'a statement is done before the server is ready for the next',
    statements: [{ text: 'select 1', script: { command: 'SELECT' } }],
    expected: ['1 completed SELECT, I, busy', '1 answered SELECT, I, idle'],
  },
  {
    name: 'several are answered in order',
    statements: [
      { text: 'select 1', script: { command: 'SELECT' } },
      { text: 'set search_path to public', script: { command: 'SET' } },
    ],
    expected: [
      '1 completed SELECT, I, busy',
      '1 answered SELECT, I, busy',
      '2 completed SET, I, busy',
      '2 answered SET, I, idle',
    ],
  },
  {
    name: 'an error is answered and nothing is done',
    statements: [
      { text: 'select 1/0', script: { error: error('22012') } },
      { text: 'select 1', script: { command: 'SELECT' } },
    ],
    expected: ['1 answered 22012, I, busy', '2 completed SELECT, I, busy', '2 answered SELECT, I, idle'],
  },
  {
    name: 'the transaction status is that of ReadyForQuery',
    statements: [
      { text: 'begin', script: { command: 'BEGIN', status: 'T' } },
      { text: 'select 1/0', script: { error: error('22012'), status: 'E' } },
      { text: 'select 1', script: { error: error('25P02') } },
      { text: 'commit', script: { command: 'ROLLBACK', status: 'I' } },
    ],
    expected: [
      '1 completed BEGIN, I, busy',
      '1 answered BEGIN, T, busy',
      '2 answered 22012, E, busy',
      '3 answered 25P02, E, busy',
      '4 completed ROLLBACK, E, busy',
      '4 answered ROLLBACK, I, idle',
    ],
  },
]

/** Writes the texts and tells what is said of them, until all are answered. */
export async function traceOf(wire: Wire, texts: readonly string[]): Promise<string[]> {
  const trace: string[] = []
  const isBusy = () => (wire.isBusy ? 'busy' : 'idle')
  const say = (what: string) => trace.push(`${what}, ${wire.transactionStatus}, ${isBusy()}`)
  wire.cork()
  const answers = texts.map(
    (text, index) =>
      new Promise<void>((resolve) => {
        wire.submit({
          ...plain,
          text,
          completed: (command) => say(`${index + 1} completed ${command}`),
          answered: (failed, result) => {
            const { command } = (result ?? {}) as { command?: string }
            say(`${index + 1} answered ${(failed as { code?: string } | undefined)?.code ?? command}`)
            resolve()
          },
        })
      }),
  )
  await Promise.all(answers)
  return trace
}

/** Writes a statement that is never done, and closes the wire on it. */
export async function traceOfDestroyed(wire: Wire): Promise<string[]> {
  const trace: string[] = []
  wire.submit({
    ...plain,
    text: 'select pg_sleep(30)',
    completed: (command) => trace.push(`completed ${command}`),
    answered: () => trace.push('answered'),
  })
  trace.push(wire.isBusy ? 'busy' : 'idle')
  wire.destroy()
  await wire.closed
  trace.push(wire.isLost ? 'lost' : 'not lost')
  return trace
}

const plain: Omit<Statement, 'text' | 'answered' | 'completed'> = {
  values: undefined,
  name: undefined,
  rowMode: undefined,
  types: undefined,
  protocol: undefined,
  binary: false,
}
