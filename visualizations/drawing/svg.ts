// The picture, written out. States and arrows carry the names that traces use, so that a page can light them up.
import { baselineOf, lineHeights, type TextLine } from './box-text.ts'
import type { DrawnArrow, Layout, StateBox } from './layout.ts'
import { pathOf, piecesOf, tipOf } from './path.ts'
import { style } from './style.ts'

/** `paint` is a style sheet on top of the usual one. */
export function svgOf(layout: Layout, name: string, title: string, paint = ''): string {
  const { width, height, boxes, arrows } = layout
  const size = `viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart" data-chart="${name}" ${size} role="img" aria-label="${escaped(title)}">`,
    `<title>${escaped(title)}</title>`,
    `<style>${style}${paint}</style>`,
    `<rect class="paper" width="${width}" height="${height}"/>`,
    ...boxes.map((box) => stateGroup(box, name)),
    ...arrows.map(arrowGroup),
    '</svg>',
    '',
  ].join('\n')
}

function stateGroup({ state, text, textX, x, y, width, height }: StateBox, name: string): string {
  const { path, children } = state
  const kind = children.length > 0 ? 'state composite' : 'state'
  const rule = y + text.height
  return [
    `<g class="${kind}" id="${name}.${path}" data-state="${path}">`,
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="9"/>`,
    ...(children.length > 0 ? [`<path class="rule" d="M${x} ${rule}H${x + width}"/>`] : []),
    ...text.lines.map((line) => textLine(line, textX, y)),
    '</g>',
  ].join('\n')
}

function textLine(line: TextLine, x: number, top: number): string {
  const { face, text, edges } = line
  const isActor = face === 'code' && edges.length === 0
  const names = [face, ...(isActor ? ['actor'] : []), ...(edges.length > 0 ? ['inner'] : [])].join(' ')
  const edge = edges.length > 0 ? ` data-edge="${edges.join(' ')}"` : ''
  return `<text class="${names}"${edge} x="${x}" y="${top + baselineOf(line)}">${escaped(text)}</text>`
}

function arrowGroup({ labels, kind, points, label, source, target }: DrawnArrow): string {
  const middle = label.x + label.width / 2
  return [
    `<g class="edge ${kind}" data-edge="${labels.map(({ id }) => id).join(' ')}" data-from="${source}" data-to="${target}">`,
    ...piecesOf(points, label).map((piece) => `<path d="${pathOf(piece)}"/>`),
    `<path class="tip" d="${tipOf(points)}"/>`,
    ...labels.map(
      ({ id, text }, index) =>
        `<text class="code" text-anchor="middle" data-edge="${id}" x="${middle}" y="${label.y + 2 + (index + 1) * lineHeights.code - 4}">${escaped(text)}</text>`,
    ),
    '</g>',
  ].join('\n')
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
