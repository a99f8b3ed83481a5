import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Session } from '../model/session.ts'
import { detailOf, type Fields, textOf, wordOf } from '../model/step.ts'
import { span } from '../model/summary.ts'
import { chosenSession, isMember, session, sessions, stepOf } from '../model/view.ts'
import { isNow, moment } from './clock.ts'
import { colourOf, likenessOf } from './colours.ts'

export function Cards(): JSX.Element {
  return (
    <nav class="cards panel" aria-label="Connections">
      <header class="panel-head">
        <h2>Connections</h2>
        <span class="count">{sessions.value.length}</span>
      </header>
      <div class="card-list">
        {sessions.value.map((one) => (
          <Card key={one.id} of={one} />
        ))}
        {sessions.value.length === 0 ? <p class="empty">None has been made yet.</p> : null}
      </div>
    </nav>
  )
}

function Card({ of: one }: { readonly of: Session }): JSX.Element {
  const step = stepOf(one)
  const path = step?.state ?? ''
  const word = wordOf(path)
  const detail = detailOf(path)
  const context = step?.context ?? {}
  const at = moment.value
  const kind = one.chart?.machine ?? 'connection'
  const since = one.words.at(Math.min(at, step?.at ?? at) + 0.01)?.from
  return (
    <button
      type="button"
      class={`card ${kind} ${one.isStopped ? 'stopped' : ''} ${isMember(one) ? 'member' : ''}`}
      data-session={one.id}
      aria-current={session.value === one}
      onClick={() => {
        chosenSession.value = one.id
      }}
    >
      <div class="card-head">
        <span class="name">{one.name}</span>
        {kind === 'pool' ? <span class="kind">pool</span> : null}
        <Countdown context={context} at={at} />
      </div>
      <div class="card-state">
        <span class={`pill ${likenessOf(word)}`}>{word}</span>
        {detail === '' ? null : <span class="substate">{detail}</span>}
        <span class="since">{since === undefined ? '' : span(Math.max(0, at - since))}</span>
      </div>
      <Strip of={one} at={at} />
      <dl class="numbers">
        {kind === 'connection' ? <Counts of={one} at={at} /> : <Staff context={context} />}
        {context['host'] === undefined ? null : (
          <div class="place">
            <dt>server</dt>
            <dd>
              {textOf(context['host'])}
              {context['processId'] === undefined ? '' : ` · ${textOf(context['processId'])}`}
            </dd>
          </div>
        )}
      </dl>
    </button>
  )
}

/** Of a pool, how many there are; of a supervisor, how many attempts it took. */
function Staff({ context }: { readonly context: Fields }): JSX.Element {
  const { members, max, attempts } = context as { members?: object; max?: number; attempts?: number }
  if (members === undefined)
    return (
      <div class={attempts ? 'has' : ''}>
        <dt>attempts</dt>
        <dd>{attempts ?? 0}</dd>
      </div>
    )
  const stages = Object.values(members).map(({ stage }: { stage: string }) => stage)
  return (
    <>
      <div>
        <dt>members</dt>
        <dd>
          {stages.length} of {max}
        </dd>
      </div>
      {['up', 'connecting', 'down', 'dead', 'ending'].map((stage) => {
        const count = stages.filter((one) => one === stage).length
        return count === 0 ? null : (
          <div key={stage} class={stage === 'up' ? '' : 'has'}>
            <dt>{stage}</dt>
            <dd>{count}</dd>
          </div>
        )
      })}
    </>
  )
}

interface CountsProps {
  readonly of: Session
  readonly at: number
}

function Counts({ of: one, at }: CountsProps): JSX.Element {
  const { queued, inFlight } = one.countsAt(at)
  const waiting = isNow.value ? one.waitingSince : undefined
  const long = waiting === undefined ? 0 : at - waiting
  return (
    <>
      <div>
        <dt>in flight</dt>
        <dd>{inFlight}</dd>
      </div>
      <div class={queued > 0 ? 'has' : ''}>
        <dt>queued</dt>
        <dd>
          {queued}
          {queued > 0 && long > 0 ? <small> {span(long)}</small> : null}
        </dd>
      </div>
      {one.refused > 0 ? (
        <div class="has-refused">
          <dt>refused</dt>
          <dd>{one.refused}</dd>
        </div>
      ) : null}
      {one.unhandled > 0 ? (
        <div class="has-unhandled">
          <dt>unhandled</dt>
          <dd>{one.unhandled}</dd>
        </div>
      ) : null}
    </>
  )
}

/** A ring that empties until the next attempt. */
function Countdown({ context, at }: { readonly context: Fields; readonly at: number }): JSX.Element | null {
  const { nextAttemptAt: due, delayMs, attempts } = context as Record<string, number | undefined>
  if (due === undefined || due < at) return null
  const share = Math.min(1, (due - at) / Math.max(1, delayMs ?? 1))
  const length = 2 * Math.PI * 7
  return (
    <span class="countdown" title={`attempt ${(attempts ?? 0) + 1} in ${span(due - at)}`}>
      <svg viewBox="0 0 18 18" width="18" height="18" aria-hidden="true">
        <circle cx="9" cy="9" r="7" class="track" />
        <circle cx="9" cy="9" r="7" class="left" stroke-dasharray={`${length * share} ${length}`} />
      </svg>
      {span(due - at)}
    </span>
  )
}

const stripMs = 20_000

/** The last twenty seconds. */
function Strip({ of: one, at }: { readonly of: Session; readonly at: number }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const { current: element } = canvas
    const pen = element?.getContext('2d')
    if (element === null || !pen) return
    const width = element.clientWidth * devicePixelRatio
    const height = 6 * devicePixelRatio
    if (element.width !== width) element.width = width
    if (element.height !== height) element.height = height
    pen.clearRect(0, 0, width, height)
    const from = at - stripMs
    const { spans } = one.words
    // From the last to the first; what is thinner than a pixel is left to its neighbour.
    let drawnTo = width + 1
    for (let index = one.words.firstAfter(at + 0.001) - 1; index >= 0; index--) {
      const { from: begin, to = at, label } = spans[index]!
      if (to < from) break
      const x = Math.max(0, ((begin - from) / stripMs) * width)
      if (x > drawnTo - 1) continue
      const end = Math.min(drawnTo, ((Math.min(to, at) - from) / stripMs) * width)
      pen.fillStyle = colourOf(label)
      pen.fillRect(x, 0, Math.max(1, end - x), height)
      drawnTo = x
    }
  })
  return <canvas class="strip" ref={canvas} />
}
