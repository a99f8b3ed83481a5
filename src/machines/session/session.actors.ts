// The actors that hold a session once it is dialled, one at a time, each for as long as its state lasts: resolve asks
// what the last one left in doubt, restore mends what it had, session works it, hangUp closes it. They report facts and never judge.
import type { WireFact } from '../../drivers/driver.ts'
import { createFailure } from '../../errors/failure.ts'
import type { ConnectionFact } from '../connection.events.ts'
import { phaseOf } from '../mailbox/loss-verdict.ts'
import type { MonitorWatch, Wiring } from '../wiring.ts'
import { closeWire } from './close-wire.ts'
import { failureOfLoss } from './record-failure.ts'
import { sessionActor, type Tell } from './session-actor.ts'

/** Asks the new session what became of the COMMIT in doubt. */
export const resolve = sessionActor((wiring, tell) =>
  care(wiring, tell, (signal) => wiring.resolveDoubt(signal), { type: 'resolved' }),
)

/** Recovery handlers on the new session. */
export const restore = sessionActor((wiring, tell) =>
  care(wiring, tell, (signal) => wiring.recover(signal), { type: 'restored' }),
)

/** A session that dies meanwhile is a failed attempt. */
function care(
  wiring: Wiring,
  tell: Tell,
  work: (signal: AbortSignal) => Promise<void>,
  done: ConnectionFact,
): () => void {
  const { berth, mailbox, clock } = wiring
  const abort = new AbortController()
  const leave = berth.board((fact) => {
    if (fact.type !== 'lost') return relay(wiring, tell, fact)
    abort.abort()
    const failure = failureOfLoss(fact.loss, { phase: 'connecting', at: clock.now() })
    mailbox.lose(failure, () => undefined)
    berth.clear()?.destroy()
    tell({ type: 'dial.failed', failure, delayMs: wiring.nextDelay(failure) })
  })
  void work(abort.signal).then(() => {
    if (!abort.signal.aborted) tell(done)
  })
  return () => {
    abort.abort()
    leave()
  }
}

/**
 * Relays what the session says, and what its monitors say of it; the statements go past it, from mailbox to wire. One actor
 * for both, since each costs every idle connection 1.7 kB.
 */
export const session = sessionActor((wiring, tell, { isWatched = false }) => {
  // What was said before it came aboard is told to the chart, which is on its way here, and in its order.
  let isAboard = false
  const leave = wiring.berth.board((fact) => {
    if (isAboard && fact.type === 'notification' && wiring.hear(fact.notification)) return
    relay(wiring, tell, fact)
  })
  isAboard = true
  if (!isWatched) return leave
  const stopMonitors = wiring.startMonitors(new Watch(wiring, tell))
  return () => {
    stopMonitors()
    leave()
  }
})

/** What a monitor reports is a fact like any other. */
class Watch implements MonitorWatch {
  readonly #wiring: Wiring
  readonly #tell: Tell

  constructor(wiring: Wiring, tell: Tell) {
    this.#wiring = wiring
    this.#tell = tell
  }

  report({ message, code }: { message: string; code?: string }): void {
    const { clock, berth, mailbox } = this.#wiring
    const at = clock.now()
    const phase = phaseOf(mailbox.oldest, mailbox.openLane)
    const failure = createFailure({ kind: 'monitor', phase, at, message, code })
    this.#tell({ type: 'session.lost', failure, silentSince: berth.wire?.heardUntil ?? at })
  }

  retire(reason: string): void {
    this.#tell({ type: 'retire', reason })
  }
}

function relay(wiring: Wiring, tell: Tell, fact: WireFact): void {
  if (fact.type === 'notification') tell({ type: 'session.notified', notification: fact.notification })
  else if (fact.type === 'notice') tell({ type: 'session.noticed', notice: fact.notice })
  else if (fact.type === 'parameter') {
    tell({ type: 'session.parameter', name: fact.name, value: fact.value })
    wiring.heardParameter(fact.name, fact.value)
  } else if (fact.type === 'lost') {
    const { mailbox, clock, berth } = wiring
    const circumstances = { phase: phaseOf(mailbox.oldest, mailbox.openLane), at: clock.now() }
    const silentSince = berth.wire?.heardUntil ?? circumstances.at
    const readOnlyTransaction = mailbox.openLane.isReadOnly
    tell({
      type: 'session.lost',
      failure: failureOfLoss(fact.loss, { ...circumstances, readOnlyTransaction }),
      silentSince,
    })
  }
}

/** Closes whatever session there is; then the schedule says when the next may be tried. */
export const hangUp = sessionActor((wiring, tell, { manner = 'goodbye' }) => {
  const { berth, clock } = wiring
  const wire = berth.clear()
  const done = (): void => tell({ type: 'hungUp', delayMs: wiring.nextDelay() })
  let isLeft = false
  if (wire !== undefined) berth.bury(closeWire(wire, clock, manner))
  // Also one that another state began to close.
  void berth.buried.then(() => isLeft || done())
  return () => {
    isLeft = true
  }
})

/** Tells when everything accepted is settled and every callback has come to its end. */
export const drain = sessionActor((wiring, tell) => {
  let isLeft = false
  void wiring.drained().then(() => isLeft || tell({ type: 'drained' }))
  return () => {
    isLeft = true
  }
})
