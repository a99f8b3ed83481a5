// One fault from the blow to the moment when every call that it met has been told its end.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from 'pg-supervisor'
import { type CallBook, now } from './call-book.ts'
import type { Fault, Scene } from './faults.ts'

export interface Outage {
  readonly name: string
  readonly struckAt: number
  readonly noticedAt: number
  readonly recoveredAt: number
  /** Calls begun before the recovery and told nothing five seconds after it. */
  readonly pending: number
}

const mostPatience = 20_000

export async function suffer(fault: Fault, scene: Omit<Scene, 'noticed'>, book: CallBook): Promise<Outage> {
  const { connection } = scene
  const signal = AbortSignal.any([scene.signal, AbortSignal.timeout(mostPatience)])
  const noticed = momentOf(connection, 'lost', signal)
  const recovered = momentOf(connection, 'connected', signal)
  const struckAt = now()
  const [, noticedAt, recoveredAt] = await Promise.all([
    fault.strike({ ...scene, noticed, signal }),
    noticed,
    recovered,
  ])
  for (let glance = 0; glance < 100 && book.pending(recoveredAt).length > 0; glance++) await sleep(50)
  return { name: fault.name, struckAt, noticedAt, recoveredAt, pending: book.pending(recoveredAt).length }
}

/** The moment of the next such notice. */
function momentOf(
  connection: Connection,
  notice: 'lost' | 'connected',
  signal: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    connection.on(notice, () => resolve(now()), { signal })
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
