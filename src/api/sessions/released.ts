import { Deadline } from '../../machines/deadline.ts'
import { closeMs } from '../../machines/session/close-wire.ts'
import type { Settings } from '../settings.ts'

/** Tells the driver that a connection has ended; resolves when that is done, or has taken too long, or failed. */
export async function released({ driver, clock }: Settings, owner: object): Promise<void> {
  if (driver.release === undefined) return
  let deadline: Deadline | undefined
  const tooLong = new Promise<void>((resolve) => {
    deadline = new Deadline(clock, closeMs, resolve)
  })
  try {
    await Promise.race([driver.release(owner), tooLong])
  } catch {
    // The connection has ended all the same.
  } finally {
    deadline?.clear()
  }
}
