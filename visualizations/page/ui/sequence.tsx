// Who said what to whom: the application, the supervisor, the server. One line for each step of the chosen connection.
import type { JSX } from 'preact'
import { detailOf, type Step, wordOf } from '../model/step.ts'
import { store } from '../model/store.ts'
import { nameOf, span, summaryOf } from '../model/summary.ts'
import { choose, chosenSeq, endSeq, session } from '../model/view.ts'
import { likenessOf } from './colours.ts'
import { Windowed } from './windowed.tsx'

type Side = 'application' | 'supervisor' | 'server'

interface Message {
  readonly from: Side
  readonly to: Side
  readonly text: string
}

/** Who stands at the other end of what is supervised. */
const farEnds: Readonly<Record<string, string>> = { pool: 'members', supervisor: 'resource' }

const columns: Record<Side, number> = { application: 0, supervisor: 1, server: 2 }

export function Sequence(): JSX.Element {
  const one = session.value
  const seqs = one?.seqs ?? []
  const count = one?.countTo(endSeq.value - 1) ?? 0
  const { value: chosen } = chosenSeq
  const row = chosen === undefined || one === undefined ? -1 : one.countTo(chosen) - 1
  return (
    <div class="sequence">
      <div class="lifelines" aria-hidden="true">
        <b>application</b>
        <b>supervisor</b>
        <b>{farEnds[one?.chart?.machine ?? ''] ?? 'server'}</b>
      </div>
      <Windowed
        count={count}
        rowHeight={28}
        focus={seqs[row] === chosen && row >= 0 ? row : undefined}
        label="Messages"
        empty="Nothing has been said yet."
        row={(index) => {
          const step = store.step(seqs[index]!)
          if (step === undefined) return null
          return <Row key={step.seq} step={step} before={store.step(seqs[index - 1] ?? -1)} />
        }}
      />
    </div>
  )
}

function Row({ step, before }: { readonly step: Step; readonly before: Step | undefined }): JSX.Element {
  const message = messageOf(step)
  const isNew = before?.state !== step.state
  const delta = before === undefined ? '' : `+${span(Math.max(0, step.at - before.at))}`
  return (
    <button
      type="button"
      class={`message ${step.mark ?? ''}`}
      aria-current={chosenSeq.value === step.seq}
      onClick={() => choose(chosenSeq.value === step.seq ? undefined : step.seq)}
    >
      <span class="delta">{delta}</span>
      <span class="lines">
        {message === undefined ? null : <Arrow of={message} />}
        {isNew ? <StatePill path={step.state} isAlone={message === undefined} /> : null}
      </span>
    </button>
  )
}

function Arrow({ of: { from, to, text } }: { readonly of: Message }): JSX.Element {
  const [a, b] = [columns[from], columns[to]]
  const left = Math.min(a, b)
  const width = Math.abs(a - b)
  const sixths = (share: number) => `${((share * 2 + 1) / 6) * 100}%`
  return (
    <span
      class={`arrow ${b < a ? 'leftwards' : 'rightwards'}`}
      style={{ left: sixths(left), width: `${(width / 3) * 100}%` }}
    >
      <span class="text">{text}</span>
    </span>
  )
}

function StatePill({ path, isAlone }: { readonly path: string; readonly isAlone: boolean }): JSX.Element {
  const detail = detailOf(path)
  return (
    <span class={`at-supervisor ${isAlone ? 'alone' : ''}`}>
      <span class={`pill small ${likenessOf(wordOf(path))}`}>{wordOf(path)}</span>
      {detail === '' ? null : <small>{detail}</small>}
    </span>
  )
}

const ways: Readonly<Record<string, readonly [Side, Side]>> = {
  connect: ['application', 'supervisor'],
  'connect.abort': ['application', 'supervisor'],
  end: ['application', 'supervisor'],
  statement: ['application', 'supervisor'],
  'request.written': ['supervisor', 'server'],
  'dial.opened': ['server', 'supervisor'],
  'dial.failed': ['server', 'supervisor'],
  'session.lost': ['server', 'supervisor'],
  'session.notified': ['server', 'application'],
  'session.noticed': ['server', 'application'],
  // Of a pool, whose members are its server; of a supervisor, whose resource is.
  start: ['application', 'supervisor'],
  demand: ['application', 'supervisor'],
  listen: ['application', 'supervisor'],
  adopt: ['application', 'supervisor'],
  release: ['application', 'supervisor'],
  'member.up': ['server', 'supervisor'],
  'member.down': ['server', 'supervisor'],
  'member.dead': ['server', 'supervisor'],
  'member.ended': ['server', 'supervisor'],
  report: ['application', 'supervisor'],
  recover: ['application', 'supervisor'],
  stop: ['application', 'supervisor'],
  closed: ['server', 'supervisor'],
  'attempt.opened': ['server', 'supervisor'],
  'attempt.failed': ['server', 'supervisor'],
}

/** What stays within the supervisor is no message. */
function messageOf(step: Step): Message | undefined {
  const { type, data } = step
  const text = [type === 'statement' ? '' : nameOf(type).replace('request.', ''), summaryOf(step)]
    .join(' ')
    .trim()
  if (type === 'request.settled') {
    // What was refused never went there.
    const isOurs = data['end'] === 'failed' && /^[A-Z]+_/.test(String(data['code']))
    return { from: isOurs ? 'supervisor' : 'server', to: 'application', text }
  }
  const way = Object.hasOwn(ways, type) ? ways[type] : undefined
  return way === undefined ? undefined : { from: way[0], to: way[1], text }
}
