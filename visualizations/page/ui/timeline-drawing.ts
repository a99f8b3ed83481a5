// Draws swim lanes. However many spans there are, no more is drawn than there are pixels: those too thin to see are merged
// with their neighbours.
import type { Session } from '../model/session.ts'
import { blockSize, type Lane, type Span, weightOf } from '../model/spans.ts'
import { span as inWords } from '../model/summary.ts'
import { colourOf } from './colours.ts'

export interface Range {
  readonly from: number
  readonly to: number
}

export interface Plan {
  readonly pen: CanvasRenderingContext2D
  readonly width: number
  readonly height: number
  readonly range: Range
  /** The moment shown; what comes after it is pale. */
  readonly moment: number
  readonly sessions: readonly Session[]
  readonly chosen: Session | undefined
  /** Scrolled down by so much. */
  readonly top: number
}

export const ruler = 22
export const gutter = 108

interface Row {
  readonly y: number
  readonly height: number
}

/** How high the lane of a connection is, and where in it the rows are: states, substates, transactions, requests. */
export interface LanePlan {
  readonly height: number
  readonly rows: readonly [Row, Row, Row, Row]
}

const roomy: LanePlan = {
  height: 52,
  rows: [
    { y: 6, height: 17 },
    { y: 25, height: 6 },
    { y: 33, height: 6 },
    { y: 41, height: 6 },
  ],
}
const narrow: LanePlan = {
  height: 30,
  rows: [
    { y: 3, height: 14 },
    { y: 18, height: 2 },
    { y: 21, height: 3 },
    { y: 25, height: 3 },
  ],
}

/** Where many are to be seen, each has less room. */
export const lanePlanFor = (lanes: number, height: number): LanePlan =>
  ruler + lanes * roomy.height <= height + roomy.height / 2 ? roomy : narrow

export function draw(plan: Plan): void {
  const { pen, width, height, sessions, top } = plan
  const lanes = lanePlanFor(sessions.length, height)
  pen.clearRect(0, 0, width, height)
  pen.font = '11px system-ui, sans-serif'
  pen.textBaseline = 'middle'
  drawGrid(plan)
  pen.save()
  pen.beginPath()
  pen.rect(0, ruler, width, height - ruler)
  pen.clip()
  for (const [index, session] of sessions.entries()) {
    const y = ruler + index * lanes.height - top
    if (y > height || y + lanes.height < ruler) continue
    drawSession(plan, lanes, session, y)
  }
  pen.restore()
  drawRuler(plan)
  drawMoment(plan)
}

const xOf = ({ width, range }: Plan, at: number): number =>
  gutter + ((at - range.from) / (range.to - range.from)) * (width - gutter)

function drawSession(plan: Plan, { height, rows }: LanePlan, session: Session, y: number): void {
  const { pen, width, chosen } = plan
  if (session === chosen) {
    pen.fillStyle = colourOf('accent')
    pen.fillRect(0, y + 5, 3, height - 11)
  }
  pen.fillStyle = colourOf('line')
  pen.fillRect(0, y + height - 1, width, 1)
  pen.save()
  pen.beginPath()
  pen.rect(gutter, y, width - gutter, height)
  pen.clip()
  const [state, substate, transaction, requests] = rows
  drawLane(plan, session.words, y + state.y, state.height, (span) => colourOf(span.label), true)
  drawLane(plan, session.details, y + substate.y, substate.height, () => colourOf('muted'), false, 0.4)
  drawLane(plan, session.transactions, y + transaction.y, transaction.height, toneOf, false)
  drawLane(plan, session.requests, y + requests.y, requests.height, requestTone, false, 0.85)
  pen.restore()
  pen.fillStyle = colourOf(session === chosen ? 'text' : 'muted')
  pen.font = `${session === chosen ? 600 : 400} 12px system-ui, sans-serif`
  pen.fillText(shortened(pen, session.name, gutter - 20), 12, y + state.y + state.height / 2)
}

const toneOf = ({ tone }: Span): string => colourOf(tone === undefined ? 'inTransaction' : 'dead')
const requestTone = ({ tone }: Span): string => colourOf(tone === undefined ? 'querying' : 'failure')

function drawLane(
  plan: Plan,
  lane: Lane,
  y: number,
  height: number,
  colour: (span: Span) => string,
  isLabelled: boolean,
  alpha = 1,
): void {
  const { pen, range, moment } = plan
  const { spans } = lane
  pen.globalAlpha = alpha
  // A merged block, from the first of the thin spans to the last.
  let thinFrom = Number.NaN
  let thinTo = 0
  let thin: Span | undefined
  const flush = (): void => {
    if (thin === undefined) return
    pen.fillStyle = colour(thin)
    pen.fillRect(thinFrom, y, Math.max(1, thinTo - thinFrom), height)
    thin = undefined
  }
  for (let index = firstVisible(lane, range.from); index < spans.length; index++) {
    let span = spans[index]!
    if (span.from > range.to) break
    const block = index % blockSize === 0 ? lane.block(index) : undefined
    // From afar: they are all within a pixel.
    if (block?.to !== undefined && xOf(plan, block.to) - xOf(plan, block.from) < 1) {
      span = block
      index += blockSize - 1
    }
    const left = xOf(plan, Math.max(span.from, range.from))
    const right = xOf(plan, Math.min(span.to ?? Math.max(moment, span.from), range.to))
    if (right < gutter) continue
    // Where nothing is written on them, those that overlap or touch are one.
    if (right - left < 1.5 || !isLabelled) {
      const isNear = left - thinTo < (isLabelled ? 1 : 0.5)
      if (thin !== undefined && isNear && (colour(span) === colour(thin) || right - thinFrom < 1.5)) {
        thinTo = Math.max(thinTo, right)
        if (weightOf(span) > weightOf(thin)) thin = span
      } else if (thin === undefined || left >= thinTo || weightOf(span) > weightOf(thin)) {
        flush()
        thinFrom = left
        thinTo = Math.max(right, left + 1)
        thin = span
      }
      continue
    }
    flush()
    pen.fillStyle = colour(span)
    pen.beginPath()
    pen.roundRect(left, y, Math.max(1, right - left - 0.75), height, 2.5)
    pen.fill()
    if (isLabelled && right - left > 34) label(plan, span, left, right, y, height)
  }
  flush()
  pen.globalAlpha = 1
}

function label(
  { pen, moment }: Plan,
  span: Span,
  left: number,
  right: number,
  y: number,
  height: number,
): void {
  const room = right - left - 10
  const long = inWords((span.to ?? moment) - span.from)
  pen.font = '600 11px system-ui, sans-serif'
  const whole = `${span.label}  ${long}`
  const text = pen.measureText(whole).width < room ? whole : shortened(pen, span.label, room)
  pen.fillStyle = colourOf('on-colour')
  pen.fillText(text, left + 5, y + height / 2 + 0.5)
}

/** Requests overlap, so one that began long ago may still be seen: some are looked at before. */
function firstVisible(lane: Lane, from: number): number {
  let index = Math.max(0, lane.firstAfter(from) - 1)
  for (let left = 64; left > 0 && index > 0; left--) index--
  return index
}

const steps = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 3e4, 6e4, 3e5, 6e5, 18e5, 36e5,
  216e5,
]

function ticksOf({ width, range }: Plan): { step: number; ticks: number[] } {
  const perPixel = (range.to - range.from) / (width - gutter)
  const step = steps.find((one) => one / perPixel > 76) ?? 864e5
  const ticks: number[] = []
  for (let at = Math.ceil(range.from / step) * step; at < range.to; at += step) ticks.push(at)
  return { step, ticks }
}

function drawGrid(plan: Plan): void {
  const { pen, height } = plan
  pen.fillStyle = colourOf('line')
  for (const at of ticksOf(plan).ticks) pen.fillRect(Math.round(xOf(plan, at)), ruler - 5, 1, height)
}

function drawRuler(plan: Plan): void {
  const { pen, width } = plan
  pen.fillStyle = colourOf('surface')
  pen.fillRect(0, 0, width, ruler - 5)
  pen.font = '10px ui-monospace, monospace'
  pen.fillStyle = colourOf('muted')
  const { step, ticks } = ticksOf(plan)
  for (const at of ticks) pen.fillText(clockOf(at, step), xOf(plan, at) + 4, ruler / 2)
  pen.fillStyle = colourOf('line')
  pen.fillRect(0, ruler - 1, width, 1)
}

function clockOf(at: number, step: number): string {
  const moment = new Date(at)
  const two = (part: number) => String(part).padStart(2, '0')
  const seconds = `${two(moment.getHours())}:${two(moment.getMinutes())}:${two(moment.getSeconds())}`
  if (step >= 1000) return seconds
  const ms = ((at % 1000) + 1000) % 1000
  return `:${two(moment.getSeconds())}.${step < 1 ? ms.toFixed(1) : String(Math.round(ms)).padStart(3, '0')}`
}

function drawMoment(plan: Plan): void {
  const { pen, height, moment, range, width } = plan
  if (moment < range.from || moment > range.to) return
  const x = Math.min(xOf(plan, moment), width - 1)
  pen.fillStyle = colourOf('accent')
  pen.fillRect(x - 0.5, ruler - 6, 1.5, height)
  pen.beginPath()
  pen.arc(x, ruler - 6, 3.5, 0, 2 * Math.PI)
  pen.fill()
}

function shortened(pen: CanvasRenderingContext2D, text: string, room: number): string {
  if (pen.measureText(text).width <= room) return text
  let short = text
  while (short.length > 1 && pen.measureText(`${short}…`).width > room) short = short.slice(0, -1)
  return short.length > 1 ? `${short}…` : ''
}
