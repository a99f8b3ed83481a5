import type { Clock } from '../../backoff/clock.ts'
import type { Wire } from '../../drivers/driver.ts'

/** A server that does not answer a goodbye in so long is cut off. */
export const closeMs = 500

/** goodbye: with a word, and cancelling what runs · cut: whoever is there does not answer any more */
export type Manner = 'goodbye' | 'cut'

/**
 * Closes a session, whatever its condition; always resolves, after `closeMs` and a turn at the latest. What it is still
 * working on is asked to cancel first, so that no backend works on for nobody.
 */
export async function closeWire(wire: Wire, clock: Clock, manner: Manner): Promise<void> {
  const patience = new AbortController()
  const timer = clock.setTimeout(() => patience.abort(), closeMs)
  const cutOff = new Promise<void>((resolve) => patience.signal.addEventListener('abort', () => resolve()))
  try {
    if (wire.isBusy && !wire.isLost && manner === 'goodbye') {
      await Promise.race([wire.cancel(patience.signal).catch(() => undefined), cutOff])
    }
    if (wire.isLost || wire.isBusy || manner === 'cut') wire.destroy()
    else wire.end()
    await Promise.race([wire.closed, cutOff])
  } finally {
    clock.clearTimeout(timer)
    wire.destroy()
  }
}
