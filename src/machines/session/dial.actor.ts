// Opens a session and prepares it.
import type { StormPermit } from '../../backoff/host-bucket.ts'
import type { Wire, WireFact } from '../../drivers/driver.ts'
import { connectChannel } from '../../telemetry/channels.ts'
import type { Wiring } from '../wiring.ts'
import { sessionActor, type Tell } from './session-actor.ts'
import { Trial } from './trial.ts'

/** One attempt under one deadline, from the storm limit's permit to the last LISTEN. */
export const dial = sessionActor((wiring, tell) => {
  const abort = new AbortController()
  void attempt(wiring, tell, abort.signal)
  return () => abort.abort()
})

async function attempt(wiring: Wiring, tell: Tell, signal: AbortSignal): Promise<void> {
  let permit: StormPermit | undefined
  let wire: Wire | undefined
  const { clock, mailbox, berth } = wiring
  const trial = new Trial(clock, wiring.connectTimeoutMs, signal)
  try {
    permit = wiring.stormLimit().tryAcquire() ?? (await wiring.stormLimit().acquire(signal))
    if (signal.aborted) return permit.released()
    trial.begin()
    const ear = new Ear(trial.hear)
    wire = wiring.openWire(ear.report)
    const { report, listeningSince, channels } = await told(wiring, wire, prepared(wiring, trial, wire))
    trial.end()
    ear.hear = report
    permit.succeeded()
    berth.moor(wire)
    const { processId = 0, host } = wire
    tell({ type: 'dial.opened', processId, host, listeningSince, channels: [...channels] })
  } catch (error) {
    trial.end()
    const failure = trial.failure(error, clock.now())
    if (mailbox.wire === wire) mailbox.lose(failure, () => undefined)
    wire?.destroy()
    // Given up on, but the host may be down: who tries again and again by hand must not make a storm.
    if (signal.aborted) return wire !== undefined && !trial.hasOpened ? permit?.failed() : permit?.released()
    if (wiring.isHopeless(failure)) permit?.released()
    else permit?.failed()
    tell({ type: 'dial.failed', failure, delayMs: wiring.nextDelay(failure) })
  }
}

async function prepared(wiring: Wiring, trial: Trial, wire: Wire) {
  await trial.opened
  const report = wiring.berth.expect()
  trial.passOn = report
  const lane = wiring.mailbox.attach(wire)
  return { report, ...(await trial.bounded(wiring.prepare(lane, trial.signal))) }
}

function told<T>({ name }: Wiring, wire: Wire, session: Promise<T>): Promise<T> {
  if (!connectChannel.hasSubscribers) return session
  const { host, port } = wire.host
  return connectChannel.tracePromise(() => session, { connection: name, host, port })
}

/** What a session reports to for life: to its trial at first, of which nothing is kept once that is over. */
class Ear {
  hear: (fact: WireFact) => void

  constructor(hear: (fact: WireFact) => void) {
    this.hear = hear
  }

  readonly report = (fact: WireFact): void => this.hear(fact)
}
