import { beforeAll, describe, expect, it } from 'vitest'
import { readChart } from '../../../visualizations/chart.ts'
import { charts } from '../../../visualizations/charts.ts'
import { type Layout, layOut } from '../../../visualizations/drawing/layout.ts'
import { piecesOf } from '../../../visualizations/drawing/path.ts'
import { widthOf } from '../../../visualizations/drawing/text-width.ts'
import { layoutFaults } from './layout-faults.ts'

describe.each(Object.entries(charts))('the picture of the chart %s', (_, { root }) => {
  let layout: Layout
  beforeAll(async () => {
    layout = await layOut(readChart(root))
  }, 60_000)

  it('has no label on another, on a state or on a foreign arrow, and no text that runs over its box', () => {
    expect(layoutFaults(layout)).toEqual([])
  })

  it('is looked at by a test that sees a label which has moved', () => {
    const [moved, beside, ...rest] = layout.arrows
    const spoilt = { ...layout, arrows: [{ ...moved!, label: beside!.label }, beside!, ...rest] }
    expect(layoutFaults(spoilt).join()).toContain(`the label of ${moved!.source} → ${moved!.target} hits`)
  })

  it('is looked at by a test that sees a state in the way of an arrow, and a text that is too long', () => {
    const arrow = layout.arrows[0]!
    const [leaf] = layout.boxes.filter(({ state }) => state.children.length === 0)
    const inTheWay = { ...leaf!, ...arrow.points[0], x: arrow.points[0]!.x - 10, y: arrow.points[0]!.y - 5 }
    const narrow = { ...leaf!, width: 20 }
    expect(layoutFaults({ ...layout, boxes: [inTheWay] }).join()).toMatch(/ hits /)
    expect(layoutFaults({ ...layout, boxes: [narrow] }).join()).toMatch(/ runs over/)
  })

  it('draws only level and upright lines', () => {
    const slanted = layout.arrows.filter(({ points }) =>
      points.slice(1).some(({ x, y }, index) => {
        const from = points[index]!
        return Math.abs(x - from.x) > 0.2 && Math.abs(y - from.y) > 0.2
      }),
    )
    expect(slanted.map(({ source, target }) => `${source} → ${target}`)).toEqual([])
  })
})

describe('a text', () => {
  it('is measured as wide as DejaVu Sans sets it', () => {
    // In Chromium, by a canvas: 57.6, 81.9 and 75.9 px.
    expect(widthOf('connected', 'prose')).toBe(58)
    expect(widthOf('connected', 'title')).toBe(82)
    expect(widthOf('session.lost', 'code')).toBe(76)
  })
})

describe('an arrow', () => {
  it('is open where its label stands', () => {
    const label = { x: -20, y: 40, width: 40, height: 20 }
    const points = [
      { x: 0, y: 0 },
      { x: 0, y: 100 },
    ]
    expect(piecesOf(points, label)).toEqual([
      [
        { x: 0, y: 0 },
        { x: 0, y: 40 },
      ],
      [
        { x: 0, y: 60 },
        { x: 0, y: 100 },
      ],
    ])
  })
})
