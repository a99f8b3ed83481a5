import type { JSX } from 'preact'
import { shown } from '../model/filter.ts'
import type { Step } from '../model/step.ts'
import { store } from '../model/store.ts'
import { nameOf, span, summaryOf } from '../model/summary.ts'
import { choose, chosenSeq, filterText, isFailuresOnly, isOneSessionOnly, sessions } from '../model/view.ts'
import { Windowed } from './windowed.tsx'

export function Log(): JSX.Element {
  const { seqs } = shown.value
  const focus = chosenSeq.value === undefined ? undefined : rowOf(seqs, chosenSeq.value)
  return (
    <section class="log panel" aria-label="Events">
      <header class="panel-head">
        <h2>Events</h2>
        <span class="count">{seqs.length.toLocaleString('en')}</span>
        <input
          id="filter"
          type="search"
          placeholder="filter -exclude"
          aria-label="Filter; words with a minus are excluded"
          spellcheck={false}
          value={filterText.value}
          onInput={({ currentTarget }) => {
            filterText.value = currentTarget.value
          }}
        />
        <Toggle name="failures" hint="Only failures, refused and unhandled (X)" of={isFailuresOnly} />
        {sessions.value.length > 1 ? (
          <Toggle name="this one" hint="Only the chosen connection (O)" of={isOneSessionOnly} />
        ) : null}
      </header>
      <Windowed
        count={seqs.length}
        rowHeight={24}
        focus={focus}
        label="Events"
        empty={
          filterText.value || isFailuresOnly.value
            ? 'Nothing like that has happened.'
            : 'Nothing has happened yet.'
        }
        row={(index) => {
          const step = store.step(seqs[index]!)
          return step === undefined ? null : (
            <Row key={step.seq} step={step} before={store.step(seqs[index - 1] ?? -1)} />
          )
        }}
      />
    </section>
  )
}

interface ToggleProps {
  readonly name: string
  readonly hint: string
  readonly of: { value: boolean }
}

function Toggle({ name, hint, of }: ToggleProps): JSX.Element {
  return (
    <button
      type="button"
      class="toggle"
      title={hint}
      aria-pressed={of.value}
      onClick={() => {
        of.value = !of.value
      }}
    >
      {name}
    </button>
  )
}

function Row({ step, before }: { readonly step: Step; readonly before: Step | undefined }): JSX.Element {
  const { seq, mark, type, session } = step
  const delta = before === undefined ? '' : `+${span(Math.max(0, step.at - before.at))}`
  const isRequest = type.startsWith('request.')
  return (
    <button
      type="button"
      class={`row ${mark ?? ''} ${isRequest ? 'minor' : ''}`}
      aria-current={chosenSeq.value === seq}
      data-seq={seq}
      onClick={() => choose(chosenSeq.value === seq ? undefined : seq)}
    >
      <span class="delta">{delta}</span>
      <i class="dot" />
      <span class="type">{nameOf(type)}</span>
      <span class="summary">
        {step.count > 1 ? `× ${step.count} ` : ''}
        {summaryOf(step)}
      </span>
      {mark === 'unhandled' || mark === 'refused' ? <em class="badge">{mark}</em> : null}
      {sessions.value.length > 1 ? <span class="whose">{session.name}</span> : null}
    </button>
  )
}

function rowOf(seqs: readonly number[], seq: number): number | undefined {
  let low = 0
  let high = seqs.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (seqs[middle]! < seq) low = middle + 1
    else high = middle
  }
  return low < seqs.length ? low : undefined
}
