import { signal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Session } from '../model/session.ts'
import type { Span } from '../model/spans.ts'
import { store } from '../model/store.ts'
import { span as inWords } from '../model/summary.ts'
import { choose, chosenSession, session, sessions } from '../model/view.ts'
import { isNow, moment } from './clock.ts'
import { palette } from './colours.ts'
import { draw, gutter, lanePlanFor, type Range, ruler } from './timeline-drawing.ts'

/** What is in sight; undefined = it follows: the last half minute while live, everything of a file. */
const fixed = signal<Range | undefined>(undefined)
const liveMs = 30_000
const tip = signal<{ x: number; y: number; text: string } | undefined>(undefined)
const top = signal(0)

export function Timeline(): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null)
  const size = useRef({ width: 0, height: 0 })

  useEffect(() => {
    const { current: element } = canvas
    if (element === null) return undefined
    const sizes = new ResizeObserver(([entry]) => {
      if (entry === undefined) return
      const { width, height } = entry.contentRect
      size.current = { width, height }
      element.width = width * devicePixelRatio
      element.height = height * devicePixelRatio
      paint()
    })
    sizes.observe(element)
    const onWheel = (event: WheelEvent) => wheel(event, size.current)
    element.addEventListener('wheel', onWheel, { passive: false })
    return () => {
      sizes.disconnect()
      element.removeEventListener('wheel', onWheel)
    }
  }, [])

  const paint = (): void => {
    const pen = canvas.current?.getContext('2d')
    const { width, height } = size.current
    if (!pen || width === 0) return
    pen.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0)
    draw({
      pen,
      width,
      height,
      range: rangeShown(),
      moment: moment.value,
      sessions: sessions.value,
      chosen: session.value,
      top: top.value,
    })
  }
  // Whatever is read below is drawn again when it changes.
  const { value: _changed } = store.version
  const { value: _palette } = palette
  const { value: _moment } = moment
  const { value: _fixed } = fixed
  const { value: _top } = top
  useEffect(paint)

  return (
    <section class="timeline panel" aria-label="Timeline">
      <header class="panel-head">
        <h2>Timeline</h2>
        <span class="legend">
          <i class="state" /> state <i class="substate-mark" /> substate <i class="transaction" /> transaction
          <i class="request" /> request
        </span>
        <span class="hint">wheel zooms, drag moves</span>
        <span class="spring" />
        {fixed.value === undefined ? null : (
          <button
            type="button"
            class="toggle"
            title="Follow the last events again"
            onClick={() => {
              fixed.value = undefined
            }}
          >
            follow
          </button>
        )}
        <button type="button" class="toggle" title="Everything there is" onClick={showAll}>
          everything
        </button>
      </header>
      <div class="canvas-frame">
        <canvas
          ref={canvas}
          aria-label="Swim lanes: states, transactions and requests of each connection"
          onPointerDown={(event) => drag(event, size.current)}
          onPointerMove={(event) => hover(event, size.current)}
          onPointerLeave={() => {
            tip.value = undefined
          }}
        />
        {tip.value === undefined ? null : (
          <div class="bubble" style={{ left: `${tip.value.x}px`, top: `${tip.value.y}px` }}>
            {tip.value.text}
          </div>
        )}
      </div>
    </section>
  )
}

function rangeShown(): Range {
  if (fixed.value !== undefined) return fixed.value
  if (!isNow.value) return everything()
  const to = moment.value + 800
  return { from: Math.max(to - liveMs, Math.min(store.first?.at ?? to, to - 4_000)), to }
}

function everything(): Range {
  const from = store.first?.at ?? 0
  const to = Math.max(store.last?.at ?? 1, from + 1)
  const room = (to - from) * 0.02
  return { from: from - room, to: to + room }
}

function showAll(): void {
  fixed.value = everything()
}

interface Size {
  readonly width: number
  readonly height: number
}

const timeAt = (x: number, { width }: Size, { from, to }: Range): number =>
  from + ((x - gutter) / (width - gutter)) * (to - from)

function wheel(event: WheelEvent, size: Size): void {
  event.preventDefault()
  if (event.shiftKey || event.offsetX < gutter) {
    const most = Math.max(0, sessions.value.length * lanesIn(size).height + ruler - size.height)
    top.value = Math.min(most, Math.max(0, top.value + event.deltaY))
    return
  }
  const range = rangeShown()
  const at = timeAt(event.offsetX, size, range)
  const factor = Math.exp(event.deltaY / 300)
  const long = (range.to - range.from) * factor
  if (long < 0.5 || long > 30 * 864e5) return
  fixed.value = { from: at - (at - range.from) * factor, to: at + (range.to - at) * factor }
}

function drag(event: PointerEvent, size: Size): void {
  const element = event.currentTarget as HTMLCanvasElement
  const begun = rangeShown()
  const perPixel = (begun.to - begun.from) / (size.width - gutter)
  const { clientX, offsetX, offsetY } = event
  let hasMoved = false
  const over = new AbortController()
  element.setPointerCapture(event.pointerId)
  const move = ({ clientX: now }: PointerEvent): void => {
    if (Math.abs(now - clientX) < 4 && !hasMoved) return
    hasMoved = true
    const by = (clientX - now) * perPixel
    fixed.value = { from: begun.from + by, to: begun.to + by }
  }
  const up = (): void => {
    over.abort()
    if (!hasMoved) click(offsetX, offsetY, size)
  }
  element.addEventListener('pointermove', move, { signal: over.signal })
  element.addEventListener('pointerup', up, { signal: over.signal })
}

function click(x: number, y: number, size: Size): void {
  const one = sessionAt(y, size)
  if (one === undefined) return
  chosenSession.value = one.id
  if (x < gutter) return
  const seq = spanAt(one, x, y, size)?.seq ?? seqAt(one, timeAt(x, size, rangeShown()))
  if (seq !== undefined) choose(seq)
}

const lanesIn = ({ height }: Size) => lanePlanFor(sessions.value.length, height)

const sessionAt = (y: number, size: Size): Session | undefined =>
  y < ruler ? undefined : sessions.value[Math.floor((y - ruler + top.value) / lanesIn(size).height)]

function seqAt({ seqs }: Session, at: number): number | undefined {
  let found: number | undefined
  let [low, high] = [0, seqs.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((store.step(seqs[middle]!)?.at ?? 0) <= at) {
      found = seqs[middle]
      low = middle + 1
    } else high = middle
  }
  return found
}

function spanAt(one: Session, x: number, y: number, size: Size): Span | undefined {
  const { height, rows } = lanesIn(size)
  const within = (y - ruler + top.value) % height
  const row = rows.findIndex((each) => within >= each.y && within <= each.y + each.height)
  const lane = [one.words, one.details, one.transactions, one.requests][row]
  if (lane === undefined) return undefined
  const range = rangeShown()
  const at = timeAt(x, size, range)
  const near = ((range.to - range.from) / (size.width - gutter)) * 3
  const candidates = lane.recent(at + near).slice(-64)
  return candidates.findLast(
    ({ from, to }) => from <= at + near && (to ?? Number.POSITIVE_INFINITY) >= at - near,
  )
}

function hover(event: PointerEvent, size: Size): void {
  const { offsetX: x, offsetY: y } = event
  const one = x < gutter ? undefined : sessionAt(y, size)
  const span = one === undefined ? undefined : spanAt(one, x, y, size)
  if (one === undefined || span === undefined) {
    tip.value = undefined
    return
  }
  const waited = span.written === undefined ? '' : `, waited ${inWords(span.written - span.from)}`
  const text = `${span.label} · ${inWords((span.to ?? moment.value) - span.from)}${waited} · ${one.name}`
  tip.value = { x: Math.min(x + 12, size.width - 220), y: Math.max(0, y - 26), text }
}
