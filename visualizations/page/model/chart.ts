// What a chart says of its arrows: the one that was built into the page, or the definition that came over the wire.
import { builtInChart } from './built-in-charts.ts'

export interface Arrow {
  readonly source: string
  readonly event: string
  readonly target: string | undefined
  readonly guard: string | undefined
  readonly actions: readonly string[]
}

export interface Definition {
  readonly id: string
  readonly on?: Readonly<Record<string, readonly Answer[]>>
  readonly states?: Readonly<Record<string, Definition>>
}

interface Answer {
  readonly target?: readonly string[]
  readonly cond?: string
  readonly actions?: readonly string[]
}

export class Chart {
  /** 'connection': whose picture is shown. */
  readonly machine: string
  readonly #arrows = new Map<string, Arrow>()

  constructor(definition: Definition) {
    this.machine = definition.id
    this.#read(definition, '')
  }

  arrow(id: string): Arrow | undefined {
    return this.#arrows.get(id)
  }

  #read({ on, states }: Definition, path: string): void {
    for (const [event, answers] of Object.entries(on ?? {})) {
      for (const [index, { target, cond, actions }] of answers.entries())
        this.#arrows.set(`${path}/${event}/${index}`, {
          source: path,
          event,
          target: target?.map((id) => id.slice(this.machine.length + 2)).join(', '),
          guard: cond ?? (index > 0 ? 'else' : undefined),
          actions: actions ?? [],
        })
    }
    for (const [key, state] of Object.entries(states ?? {})) this.#read(state, path ? `${path}.${key}` : key)
  }
}

const known = new Map<string, Chart>()

/** The chart of a machine, by its name; `definition` is asked only for one that the page was not built with. */
export function chartOf(machine: string, definition?: Definition): Chart | undefined {
  const own = builtInChart(machine)?.definition ?? definition
  if (own === undefined) return undefined
  const made = known.get(machine) ?? new Chart(own)
  known.set(machine, made)
  return made
}
