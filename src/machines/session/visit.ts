// One host is tried: it is a failure, or the session that everything goes on with.
import type { Wire, WireFact } from '../../drivers/driver.ts'
import { createFailure, type Failure } from '../../errors/failure.ts'
import { connectChannel } from '../../telemetry/channels.ts'
import type { Round } from '../../topology/round.ts'
import type { Target } from '../../topology/target.ts'
import { UnfitHostError } from '../../topology/unfit-host-error.ts'
import type { ConnectionFact } from '../connection.events.ts'
import type { Wiring } from '../wiring.ts'
import { closeWire } from './close-wire.ts'
import { Trial } from './trial.ts'
import type { Turn } from './turn.ts'

type Opened = Extract<ConnectionFact, { type: 'dial.opened' }>

interface Refused {
  readonly type: 'refused'
  readonly failure: Failure
  /** It let us in, and was not what is wanted. */
  readonly hasAnswered: boolean
  /** The session was good, and what was done with it failed: no other host would do better. */
  readonly isOver: boolean
}

interface Bounds {
  /** For getting in, and to know whom we talk to. */
  readonly openMs: number
  /** For that and the preparation. */
  readonly allMs: number
  readonly signal: AbortSignal
}

/** @returns undefined when it was given up on */
export async function visit(
  wiring: Wiring,
  { target, permit }: Turn,
  round: Round,
  { openMs, allMs, signal }: Bounds,
): Promise<Opened | Refused | undefined> {
  const { clock, mailbox, berth } = wiring
  const trial = new Trial(clock, signal)
  let wire: Wire | undefined
  let isFit = false
  try {
    const beganAt = clock.now()
    trial.giveTime(openMs)
    const ear = new Ear(trial.hear)
    wire = wiring.openWire(target, ear.report)
    const fits = (): void => {
      isFit = true
      if (allMs > openMs) trial.giveTime(allMs, allMs - (clock.now() - beganAt))
    }
    const session = prepared(wiring, { target, round, trial, wire, fits })
    const { report, listeningSince, channels } = await told(wiring, wire, session)
    trial.end()
    ear.hear = report
    permit.succeeded()
    berth.moor(wire)
    const { processId = 0, host } = wire
    return { type: 'dial.opened', processId, host, listeningSince, channels: [...channels] }
  } catch (error) {
    trial.end()
    const isUnfit = error instanceof UnfitHostError
    const failure = isUnfit ? unfitness(error, clock.now()) : trial.failure(error, clock.now())
    if (mailbox.wire === wire) mailbox.lose(failure, () => undefined)
    if (isUnfit && wire !== undefined) berth.bury(closeWire(wire, clock, 'goodbye'))
    else wire?.destroy()
    if (signal.aborted) {
      // Given up on, but the host may be down: who tries again and again by hand must not make a storm.
      if (wire !== undefined && !trial.hasOpened) permit.abandoned()
      else permit.released()
      return undefined
    }
    // A second pass may take it as it is.
    if (wiring.isHopeless(failure) || (isUnfit && round.fallback !== undefined)) permit.released()
    else if (isUnfit) permit.unfit()
    else permit.failed()
    if (!trial.hasOpened) wiring.hostFailed(target, failure)
    return { type: 'refused', failure, hasAnswered: isUnfit, isOver: isFit && !trial.isLost }
  }
}

interface Arrival {
  readonly target: Target
  readonly round: Round
  readonly trial: Trial
  readonly wire: Wire
  /** It is the kind of host that is wanted. */
  fits(): void
}

async function prepared(wiring: Wiring, { target, round, trial, wire, fits }: Arrival) {
  await trial.opened
  const report = wiring.berth.expect()
  trial.passOn = report
  const lane = wiring.mailbox.attach(wire)
  const inspection = wiring.inspect(target, trial.role, round.wanted, lane)
  if (inspection !== undefined) await trial.bounded(inspection)
  fits()
  return { report, ...(await trial.bounded(wiring.prepare(lane, trial.signal))) }
}

function told<T>({ name }: Wiring, wire: Wire, session: Promise<T>): Promise<T> {
  if (!connectChannel.hasSubscribers) return session
  const { host, port } = wire.host
  return connectChannel.tracePromise(() => session, { connection: name, host, port })
}

const unfitness = (error: UnfitHostError, at: number): Failure =>
  createFailure({ kind: 'monitor', phase: 'connecting', at, message: error.message, error })

/** What a session reports to for life: to its trial at first, of which nothing is kept once that is over. */
class Ear {
  hear: (fact: WireFact) => void

  constructor(hear: (fact: WireFact) => void) {
    this.hear = hear
  }

  readonly report = (fact: WireFact): void => this.hear(fact)
}
