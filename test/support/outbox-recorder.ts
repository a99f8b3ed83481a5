import { expect } from 'vitest'
import type { DeliveredMessage } from '../../src/index.ts'
import { eventually } from './eventually.ts'

/** A handler that keeps the payloads it is given. */
export function recorder() {
  const heard: unknown[] = []
  const handler = (messages: readonly DeliveredMessage[]) => {
    heard.push(...messages.map(({ payload }) => payload))
  }
  const hears = (...payloads: unknown[]) =>
    eventually(() => expect(heard).toEqual(payloads), {
      what: `it hears ${payloads.length}`,
      timeoutMs: 8000,
    })
  return { heard, handler, hears }
}

/** Nobody looks by himself: what comes was woken. */
export const unhurried = { pollMs: 600_000 }
