// What a wire says of statements, and when: the same cases are told by the real one and by the scripted one, so that what
// tests of the machine build on is what the driver does.
import type { QueryResult } from 'pg'
import type { Statement, Wire, WireFact } from '../../../src/drivers/driver.ts'
import type { Answer } from '../../../src/model/scripted-wire.ts'

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
    name: 'an empty text is answered, and is no command',
    statements: [{ text: '', script: { command: '' } }],
    expected: ['1 answered null, I, idle'],
  },
  {
    name: 'a command is called by its first word',
    statements: [
      { text: 'create temporary table named (id int)', script: { command: 'CREATE' } },
      { text: 'values (1)', script: { command: 'SELECT' } },
      { text: 'with one as (select 1) table one', script: { command: 'SELECT' } },
      { text: 'drop table named', script: { command: 'DROP' } },
    ],
    expected: [
      '1 completed CREATE, I, busy',
      '1 answered CREATE, I, busy',
      '2 completed SELECT, I, busy',
      '2 answered SELECT, I, busy',
      '3 completed SELECT, I, busy',
      '3 answered SELECT, I, busy',
      '4 completed DROP, I, busy',
      '4 answered DROP, I, idle',
    ],
  },
  {
    name: 'a savepoint heals a failed transaction, and is nothing without one',
    statements: [
      { text: 'savepoint a', script: { error: error('25P01') } },
      { text: 'start transaction', script: { command: 'START', status: 'T' } },
      { text: 'SAVEPOINT a', script: { command: 'SAVEPOINT' } },
      { text: 'select 1/0', script: { error: error('22012'), status: 'E' } },
      { text: 'ROLLBACK TO a', script: { command: 'ROLLBACK', status: 'T' } },
      { text: 'RELEASE a', script: { command: 'RELEASE' } },
      { text: 'rollback', script: { command: 'ROLLBACK', status: 'I' } },
    ],
    expected: [
      '1 answered 25P01, I, busy',
      '2 completed START, I, busy',
      '2 answered START, T, busy',
      '3 completed SAVEPOINT, T, busy',
      '3 answered SAVEPOINT, T, busy',
      '4 answered 22012, E, busy',
      '5 completed ROLLBACK, E, busy',
      '5 answered ROLLBACK, T, busy',
      '6 completed RELEASE, T, busy',
      '6 answered RELEASE, T, busy',
      '7 completed ROLLBACK, T, busy',
      '7 answered ROLLBACK, I, idle',
    ],
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

/** Writes a statement that is never done, and does something to the wire meanwhile. */
export async function traceOfUndone(
  wire: Wire,
  facts: readonly WireFact[],
  act: (wire: Wire) => Promise<unknown>,
): Promise<string[]> {
  const trace: string[] = []
  wire.submit({
    ...plain,
    text: 'select pg_sleep(30)',
    completed: (command) => trace.push(`completed ${command}`),
    answered: (failed) => trace.push(`answered ${(failed as { code?: string } | undefined)?.code}`),
  })
  trace.push(wire.isBusy ? 'busy' : 'idle')
  await act(wire)
  trace.push(...facts.flatMap((fact) => (fact.type === 'lost' ? [`lost: ${fact.loss.kind}`] : [])))
  trace.push(wire.isLost ? 'lost' : 'not lost')
  return trace
}

/** What a statement that is written alone is answered with. */
export const resultOn = (wire: Wire, text: string, rowMode?: 'array'): Promise<QueryResult> =>
  new Promise((resolve, reject) => {
    wire.submit({
      ...plain,
      text,
      rowMode,
      completed: () => undefined,
      answered: (failed, result) => (failed ? reject(failed) : resolve(result as QueryResult)),
    })
  })

const plain: Omit<Statement, 'text' | 'answered' | 'completed'> = {
  values: undefined,
  name: undefined,
  rowMode: undefined,
  types: undefined,
  protocol: undefined,
  binary: false,
}
