import type { ComponentChildren, JSX } from 'preact'
import type { Arrow } from '../model/chart.ts'
import { type Fields, type Step, textOf } from '../model/step.ts'
import { store } from '../model/store.ts'
import { nameOf, span } from '../model/summary.ts'
import { chosenSeq, goLive, shownStep } from '../model/view.ts'

export function Detail(): JSX.Element {
  const step = shownStep.value
  return (
    <section class="detail panel" aria-label="Step">
      <header class="panel-head">
        <h2>Step</h2>
        {step === undefined ? null : <span class="count">#{step.seq}</span>}
        <span class="spring" />
        {chosenSeq.value === undefined ? (
          <span class="hint">the last one · ← → to go back</span>
        ) : (
          <button type="button" class="toggle" onClick={goLive} title="Escape">
            back to now
          </button>
        )}
      </header>
      {step === undefined ? <p class="empty">Nothing to tell yet.</p> : <Told step={step} />}
    </section>
  )
}

function Told({ step }: { readonly step: Step }): JSX.Element {
  const { session } = step
  const before = store.step(session.seqs[session.countTo(step.seq) - 2] ?? -1)
  const arrows = step.edges.flatMap((id) => session.chart?.arrow(id) ?? [])
  const changes = changesOf(before?.context ?? {}, step.context)
  return (
    <div class="told">
      <h3 class={step.mark ?? ''}>
        {nameOf(step.type)}
        {step.origin === undefined ? null : <small> from {originOf(step.origin)}</small>}
        {step.mark === undefined ? null : <em class="badge">{step.mark}</em>}
      </h3>
      <p class="when">
        {timeOf(step.at)}
        {before === undefined ? null : (
          <span> · {span(Math.max(0, step.at - before.at))} after the one before</span>
        )}
      </p>
      {arrows.map((arrow) => (
        <Way key={`${arrow.source}${arrow.event}${arrow.target}`} arrow={arrow} />
      ))}
      {arrows.length === 0 ? <p class="way none">{whyNone(step)}</p> : null}
      <Part name="actions" of={[...new Set([...arrows.flatMap(({ actions }) => actions), ...step.actions])]}>
        {(action) => <code key={action}>{action}</code>}
      </Part>
      <Part name="event" of={rowsOf(step.data)}>
        {([name, value]) => <Pair key={name} name={name} value={value} />}
      </Part>
      <Part name="context" of={changes}>
        {({ name, from, to }) => (
          <div class="pair" key={name}>
            <dt>{name}</dt>
            <dd>
              <del>{shownAs(name, from)}</del> <ins>{shownAs(name, to)}</ins>
            </dd>
          </div>
        )}
      </Part>
    </div>
  )
}

/** XState calls a child that has no name by the number and the path of its state. */
const originOf = (origin: string): string =>
  /^\d+\./.test(origin) ? origin.slice(origin.lastIndexOf('.') + 1) : origin

function Way({ arrow }: { readonly arrow: Arrow }): JSX.Element {
  const { source, target, guard } = arrow
  return (
    <p class="way">
      <b>{source || 'the chart'}</b> → <b>{target ?? 'stays'}</b>
      {guard === undefined ? null : <span class="guard">{guard}</span>}
    </p>
  )
}

function whyNone({ type, mark, state }: Step): string {
  if (mark === 'unhandled') return `nothing in ${state || 'this state'} answers it`
  if (type === 'judge') return 'found harmless: the session lives on'
  return state
}

interface PartProps<T> {
  readonly name: string
  readonly of: readonly T[]
  readonly children: (one: T) => ComponentChildren
}

function Part<T>({ name, of: all, children }: PartProps<T>): JSX.Element | null {
  if (all.length === 0) return null
  return (
    <div class={`part ${name}`}>
      <h4>{name === 'context' ? 'context, what changed' : name}</h4>
      <dl>{all.map(children)}</dl>
    </div>
  )
}

function Pair({ name, value }: { readonly name: string; readonly value: unknown }): JSX.Element {
  return (
    <div class={`pair ${name}`}>
      <dt>{name}</dt>
      <dd>{shownAs(name, value)}</dd>
    </div>
  )
}

const rowsOf = (data: Fields): [string, unknown][] =>
  Object.entries(data).filter(([name, value]) => name !== 'type' && value !== undefined)

interface Change {
  readonly name: string
  readonly from: unknown
  readonly to: unknown
}

function changesOf(before: Fields, after: Fields): Change[] {
  if (before === after) return []
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return names
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((name) => ({ name, from: before[name], to: after[name] }))
}

function shownAs(name: string, value: unknown): string {
  if (value === undefined || value === null) return '–'
  if (typeof value === 'number' && (name.endsWith('Ms') || name === 'ms')) return span(value)
  if (typeof value === 'number' && (/(?:Since|At|until|Until)$/.test(name) || name === 'at'))
    return timeOf(value)
  if (typeof value === 'object')
    return Object.entries(value)
      .filter(([, part]) => part !== undefined)
      .map(([key, part]) => (key === 'at' ? timeOf(Number(part)) : textOf(part)))
      .join(' · ')
  return textOf(value)
}

/** '14:03:07.412' */
export function timeOf(at: number): string {
  const moment = new Date(at)
  const two = (part: number) => String(part).padStart(2, '0')
  const ms = String(Math.floor(at) % 1000).padStart(3, '0')
  return `${two(moment.getHours())}:${two(moment.getMinutes())}:${two(moment.getSeconds())}.${ms}`
}
