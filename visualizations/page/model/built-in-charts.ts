// The charts that the page was built with: a picture each, and what it says of its arrows.
import { packed } from 'virtual:charts'
import type { Definition } from './chart.ts'

interface BuiltIn {
  readonly svg: string
  readonly definition: Definition
}

let charts: Readonly<Record<string, BuiltIn>> = {}

/** Once, before anything is read. */
export async function unpackCharts(): Promise<void> {
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0))
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'))
  charts = (await new Response(stream).json()) as typeof charts
}

export const builtInChart = (machine: string): BuiltIn | undefined =>
  Object.hasOwn(charts, machine) ? charts[machine] : undefined
