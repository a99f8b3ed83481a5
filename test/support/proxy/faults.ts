import type { Lane } from './lane.ts'
import type { WireMessage } from './wire-message.ts'

/** Takes one whole message out of the stream and decides what becomes of it. */
export interface Interceptor {
  wants(message: WireMessage): boolean
  take(message: WireMessage, lane: Lane): void
}

/** What is wrong with all cables in one direction. */
export class Faults {
  /** Bytes are accepted and vanish. */
  swallows = false
  /** Bytes are accepted and wait. */
  isFrozen = false
  latencyMs = 0
  /** On top of the latency, by chance. */
  jitterMs = 0
  sliceLength = Number.POSITIVE_INFINITY
  /** Each is asked about every message until it takes one. */
  readonly interceptors = new Set<Interceptor>()

  get delays(): boolean {
    return this.isFrozen || this.latencyMs > 0 || this.sliceLength !== Number.POSITIVE_INFINITY
  }

  clear(): void {
    this.swallows = false
    this.isFrozen = false
    this.latencyMs = 0
    this.jitterMs = 0
    this.sliceLength = Number.POSITIVE_INFINITY
    this.interceptors.clear()
  }

  slices(bytes: Buffer): Buffer[] {
    const slices: Buffer[] = []
    const length = Math.min(this.sliceLength, bytes.length)
    for (let at = 0; at < bytes.length; at += length) slices.push(bytes.subarray(at, at + length))
    return slices
  }
}

export function blackHole(): Faults {
  const faults = new Faults()
  faults.swallows = true
  return faults
}

/** The same message under a type that PostgreSQL does not know; its length stays true. */
export function garble(bytes: Buffer): Buffer {
  const garbled = Buffer.from(bytes)
  garbled[0] = '~'.charCodeAt(0)
  return garbled
}
