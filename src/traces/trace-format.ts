// What a trace is made of: lines of JSON, described in docs/traces.md. A newer version may add fields; readers pass over
// what they do not know.

export const traceVersion = 1

const machines = ['connection', 'pool', 'supervisor'] as const

/** A chart of ours, whose traces can be replayed. */
export type TracedMachine = (typeof machines)[number]

export const isOurs = (machine: string): machine is TracedMachine =>
  machines.some((known) => known === machine)

/** Numbers, yes or no, and words of ours; never what users wrote. */
export type TracedValue = string | number | boolean | TracedData
export interface TracedData {
  readonly [name: string]: TracedValue
}

/** The first line of each machine's trace. */
export interface TraceHeader {
  readonly type: 'trace'
  readonly version: number
  /** The chart: 'connection', 'pool' or 'supervisor' */
  readonly machine: string
  /** XState's own name for the running machine, 'x:0'; lines of several may stand in one file. */
  readonly actor: string
  /** The connection's or the pool's; a supervisor's is a number. */
  readonly name: string
  /** When what stands here was so, in Unix milliseconds. */
  readonly at: number
  /** Before the first step: 'attached.querying'; of parallel states each, with a space between. */
  readonly state: string
  readonly context: TracedData
  /** Older steps that the ring had no room for. */
  readonly dropped: number
}

/** An event, and what the chart made of it. */
export interface TraceStep {
  readonly type: 'step'
  readonly actor: string
  readonly at: number
  /** Its type; 'unknown' where it is none of the chart's. */
  readonly event: string
  readonly data?: TracedData
  /** The transitions, by name; none where nothing answers the event. */
  readonly took: readonly string[]
  /** Afterwards. */
  readonly state: string
  /** So many of them one after the other, all answered alike. */
  readonly count?: number
  /** The last of them, in Unix milliseconds. */
  readonly until?: number
  /** Requests accepted and not settled, when it came. */
  readonly pending?: number
  /** Of the requests that were settled before the next step: how many, how many of them by an error, and how long they took. */
  readonly settled?: TracedSettlements
  /** The whole of it, where it has changed. */
  readonly context?: TracedData
}

export interface TracedSettlements extends TracedData {
  readonly count: number
  readonly failed: number
  /** Of all, from asking to settling, in milliseconds. */
  readonly totalMs: number
  readonly slowestMs: number
}

export type TraceLine = TraceHeader | TraceStep
