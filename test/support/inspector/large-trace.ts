// A trace as long as one gets, for the page to read.
/** Five connections that query, and lose their sessions now and then. */
export function largeTrace(steps: number): string {
  const begun = 1_800_000_000_000
  const lines: object[] = []
  const actors = Array.from({ length: 5 }, (_, index) => `x:${index}`)
  for (const actor of actors)
    lines.push({
      ...{ type: 'trace', version: 1, machine: 'connection', actor, name: `jobs ${actor}`, at: begun },
      ...{ state: 'attached.connected', context: { word: 'connected', attempts: 0 }, dropped: 0 },
    })
  const cycle = [
    { event: 'statement', took: ['attached.connected/statement/0'], state: 'attached.querying' },
    { event: 'became', took: ['attached/became/0'], state: 'attached.connected' },
  ]
  const loss = [
    {
      ...{ event: 'session.lost', took: ['attached/session.lost/0'], state: 'dead.burying' },
      data: { failure: { kind: 'server', phase: 'idle', code: '57P01' } },
    },
    { event: 'hungUp', took: ['dead.burying/hungUp/0'], state: 'reconnecting.dialing' },
    { event: 'dial.opened', took: ['reconnecting.dialing/dial.opened/0'], state: 'reconnecting.restoring' },
    { event: 'restored', took: ['reconnecting.restoring/restored/0'], state: 'attached.connected' },
  ]
  for (let step = 0; lines.length < steps; step++) {
    const actor = actors[step % actors.length]
    for (const [index, one] of (step % 500 === 499 ? loss : cycle).entries())
      lines.push({ type: 'step', actor, at: begun + step * 3 + index / 2, ...one })
  }
  return lines.map((line) => JSON.stringify(line)).join('\n')
}
