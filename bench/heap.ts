import { setImmediate as turn } from 'node:timers/promises'

const collect = (options?: { type: 'minor' }): void => {
  if (gc === undefined) throw new Error('the bench needs node --expose-gc')
  gc(options as never)
}

/** Clears away what is young. A full collection would also throw away code that has not run for a while. */
export function sweep(): void {
  collect({ type: 'minor' })
}

/** Bytes alive on the heap, after everything that can go has gone. */
export async function heapInUse(): Promise<number> {
  for (let round = 0; round < 4; round++) {
    // Weak references and finalisers take a turn each.
    await turn()
    collect()
  }
  return process.memoryUsage().heapUsed
}
