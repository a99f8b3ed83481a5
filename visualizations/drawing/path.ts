// Lines of right angles, with soft corners, open where their label stands.
import type { Rectangle } from './layout.ts'

export interface Point {
  readonly x: number
  readonly y: number
}

const cornerRadius = 6
const tipLength = 8

/** ELK joins the parts of a way at the borders of states, and misses by less than a pixel. */
export function straightened(points: readonly Point[]): Point[] {
  const straight: Point[] = []
  for (const { x, y } of points) {
    const last = straight.at(-1)
    const before = straight.at(-2)
    if (last === undefined) straight.push({ x: rounded(x), y: rounded(y) })
    else {
      const isUpright = Math.abs(x - last.x) < 1
      const next = isUpright ? { x: last.x, y: rounded(y) } : { x: rounded(x), y: last.y }
      const goesOn = before !== undefined && (isUpright ? before.x === last.x : before.y === last.y)
      if (goesOn) straight.pop()
      straight.push(next)
    }
  }
  return straight
}

const rounded = (value: number): number => Math.round(value * 10) / 10

/** The pieces of a way that are not behind its label. */
export function piecesOf(points: readonly Point[], label: Rectangle | undefined): Point[][] {
  const pieces: Point[][] = [[points[0] as Point]]
  for (const [index, to] of points.slice(1).entries()) {
    const from = points[index] as Point
    const gap = label === undefined ? undefined : gapBetween(from, to, label)
    if (gap === undefined) pieces.at(-1)?.push(to)
    else {
      pieces.at(-1)?.push(gap[0])
      pieces.push([gap[1], to])
    }
  }
  return pieces.filter((piece) => piece.length > 1)
}

/** Where a vertical or level line enters and leaves the rectangle. */
function gapBetween(from: Point, to: Point, { x, y, width, height }: Rectangle): [Point, Point] | undefined {
  const isVertical = Math.abs(from.x - to.x) < 0.2
  const [low, high, across, start, end] = isVertical
    ? [y, y + height, from.x - x, from.y, to.y]
    : [x, x + width, from.y - y, from.x, to.x]
  if (across < 0 || across > (isVertical ? width : height)) return undefined
  const clamp = (value: number) => Math.min(Math.max(value, Math.min(start, end)), Math.max(start, end))
  const [first, second] = start < end ? [clamp(low), clamp(high)] : [clamp(high), clamp(low)]
  if (Math.abs(first - second) < 1) return undefined
  return isVertical
    ? [
        { x: from.x, y: first },
        { x: from.x, y: second },
      ]
    : [
        { x: first, y: from.y },
        { x: second, y: from.y },
      ]
}

/** As the `d` of an SVG path. */
export function pathOf(points: readonly Point[]): string {
  const [start, ...rest] = points as [Point, ...Point[]]
  const words = [`M${said(start)}`]
  for (const [index, corner] of rest.entries()) {
    const before = points[index] as Point
    const after = rest[index + 1]
    if (after === undefined) words.push(`L${said(corner)}`)
    else {
      const radius = Math.min(cornerRadius, distance(before, corner) / 2, distance(corner, after) / 2)
      const into = towards(corner, before, radius)
      words.push(`L${said(into)}`, `Q${said(corner)} ${said(towards(corner, after, radius))}`)
    }
  }
  return words.join('')
}

/** The triangle at the end of a way. */
export function tipOf(points: readonly Point[]): string {
  const [before, end] = points.slice(-2) as [Point, Point]
  const base = towards(end, before, tipLength)
  const side = { x: ((end.y - base.y) / tipLength) * 4, y: ((end.x - base.x) / tipLength) * 4 }
  const corners = [
    end,
    { x: base.x + side.x, y: base.y + side.y },
    { x: base.x - side.x, y: base.y - side.y },
  ]
  return `M${corners.map(said).join('L')}Z`
}

const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y)

function towards(from: Point, to: Point, length: number): Point {
  const part = length / (distance(from, to) || 1)
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part }
}

const said = ({ x, y }: Point): string => `${rounded(x)} ${rounded(y)}`
