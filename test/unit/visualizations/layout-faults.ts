// What would look wrong in a picture, in words.
import { lineHeights, margin } from '../../../visualizations/drawing/box-text.ts'
import type { DrawnArrow, Layout, Rectangle, StateBox } from '../../../visualizations/drawing/layout.ts'
import { widthOf } from '../../../visualizations/drawing/text-width.ts'

interface Named extends Rectangle {
  readonly name: string
}

export function layoutFaults({ boxes, arrows, width, height }: Layout): string[] {
  const labels = arrows.map((arrow) => ({ ...arrow.label, name: `the label of ${nameOf(arrow)}` }))
  const leaves = boxes.filter(({ state }) => state.children.length === 0)
  const obstacles = [
    ...leaves.map((box) => ({ ...box, name: box.state.path })),
    ...boxes.filter(({ state }) => state.children.length > 0).flatMap(textsOf),
  ]
  const paper = { x: 0, y: 0, width, height }
  return [
    ...labels.flatMap((label, index) => collisions(label, [...labels.slice(index + 1), ...obstacles])),
    ...arrows.flatMap((arrow) =>
      ways(arrow).flatMap((way) => collisions(way, obstacles.filter(isApart(way)))),
    ),
    ...arrows.flatMap((arrow, index) =>
      ways(arrow).flatMap((way) =>
        collisions(
          way,
          labels.filter((_, other) => other !== index),
        ),
      ),
    ),
    ...labels.filter((label) => !isInside(label, paper)).map(({ name }) => `${name} is off the paper`),
    ...boxes.flatMap((box) =>
      textsOf(box)
        .filter((text) => !isInside(text, box))
        .map(({ name }) => `${name} runs over`),
    ),
    ...arrows.flatMap(overfullLabel),
  ]
}

const nameOf = ({ source, target }: DrawnArrow): string => `${source} → ${target}`

/** An arrow begins and ends at the very border of a box. */
const isApart = (way: Rectangle) => (box: Rectangle) => overlap(way, shrunk(box)) !== undefined

function textsOf({ text, textX, y, state }: StateBox): Named[] {
  return text.lines.map((line) => ({
    name: `'${line.text}' in ${state.path}`,
    x: textX,
    y: y + line.bottom - lineHeights[line.face],
    width: widthOf(line.text, line.face),
    height: lineHeights[line.face],
  }))
}

/** The straight pieces of an arrow, as thin boxes. */
function ways(arrow: DrawnArrow): Named[] {
  return arrow.points.slice(1).map((to, index) => {
    const from = arrow.points[index]!
    return {
      name: nameOf(arrow),
      x: Math.min(from.x, to.x),
      y: Math.min(from.y, to.y),
      width: Math.max(1, Math.abs(from.x - to.x)),
      height: Math.max(1, Math.abs(from.y - to.y)),
    }
  })
}

function overfullLabel(arrow: DrawnArrow): string[] {
  const fits = arrow.labels.every(({ text }) => widthOf(text, 'code') <= arrow.label.width)
  const isHighEnough = arrow.labels.length * lineHeights.code <= arrow.label.height
  return fits && isHighEnough ? [] : [`the label of ${nameOf(arrow)} runs over`]
}

const collisions = (one: Named, others: readonly Named[]): string[] =>
  others.filter((other) => overlap(one, other)).map((other) => `${one.name} hits ${other.name}`)

const shrunk = ({ x, y, width, height }: Rectangle): Rectangle => ({
  x: x + 1,
  y: y + 1,
  width: width - 2,
  height: height - 2,
})

function overlap(a: Rectangle, b: Rectangle): true | undefined {
  const isApartX = a.x + a.width <= b.x || b.x + b.width <= a.x
  const isApartY = a.y + a.height <= b.y || b.y + b.height <= a.y
  return isApartX || isApartY ? undefined : true
}

const isInside = (inner: Rectangle, outer: Rectangle): boolean =>
  inner.x >= outer.x + Math.min(margin, 0) &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height
