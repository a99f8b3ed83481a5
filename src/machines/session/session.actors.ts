// The actors that hold the session, one at a time, each for as long as its state lasts: dial opens and prepares it,
// restore mends what the last one had, session works it, hangUp closes it. They report facts and never judge.
import { type AnyEventObject, fromCallback, type NonReducibleUnknown } from 'xstate'
import type { StormPermit } from '../../backoff/host-bucket.ts'
import type { Wire, WireFact, WireLoss } from '../../drivers/driver.ts'
import { createFailure, type Failure } from '../../errors/failure.ts'
import { closeWire, type Manner } from './close-wire.ts'
import type { ConnectionFact } from '../connection.events.ts'
import { Deadline } from '../mailbox/deadline.ts'
import { phaseOf } from '../mailbox/loss-verdict.ts'
import { failureOfError, failureOfLoss } from './record-failure.ts'
import { type Identity, type MonitorWatch, type Wiring, wiringOf } from '../wiring.ts'

export interface SessionInput {
  readonly identity: Identity
  /** With its monitors; nobody watches what is only let finish. */
  readonly isWatched?: boolean
  /** How to close it. */
  readonly manner?: Manner
}

type Tell = (fact: ConnectionFact) => void

/** An actor whose whole life is `work`; what `work` returns ends it. */
const actor = (work: (wiring: Wiring, tell: Tell, input: SessionInput) => () => void) =>
  fromCallback<AnyEventObject, SessionInput & NonReducibleUnknown>(({ input, sendBack }) => {
    const wiring = wiringOf(input)
    if (wiring === undefined)
      throw new Error('no connection is wired to this machine: use Connection, or provide the actors')
    return work(wiring, sendBack, input)
  })

/** One attempt under one deadline, from the storm limit's permit to the last LISTEN. */
export const dial = actor((wiring, tell) => {
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
    await trial.opened
    const report = berth.expect()
    trial.passOn = report
    const lane = mailbox.attach(wire)
    const { listeningSince, channels } = await trial.bounded(wiring.prepare(lane, trial.signal))
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
    if (signal.aborted) return permit?.released()
    if (wiring.isHopeless(failure)) permit?.released()
    else permit?.failed()
    tell({ type: 'dial.failed', failure, delayMs: wiring.nextDelay() })
  }
}

/** What a session reports to for life: to its trial at first, of which nothing is kept once that is over. */
class Ear {
  hear: (fact: WireFact) => void

  constructor(hear: (fact: WireFact) => void) {
    this.hear = hear
  }

  readonly report = (fact: WireFact): void => this.hear(fact)
}

/** Hears a session that is only coming about, and ends it at its deadline, its loss or an abort. */
class Trial {
  readonly #clock: Wiring['clock']
  readonly #timeoutMs: number
  readonly #abort = new AbortController()
  readonly #ended: Promise<never>
  #deadline: Deadline | undefined
  #loss: WireLoss | undefined
  #hasTimedOut = false
  #isOpen: () => void = () => undefined
  #fail: (error: unknown) => void = () => undefined
  readonly #opened: Promise<void>
  passOn: ((fact: WireFact) => void) | undefined
  #isOver = false

  constructor(clock: Wiring['clock'], timeoutMs: number, signal: AbortSignal) {
    this.#clock = clock
    this.#timeoutMs = timeoutMs
    this.#ended = new Promise((_, reject) => {
      this.#fail = reject
    })
    this.#ended.catch(() => undefined)
    this.#opened = new Promise((resolve) => {
      this.#isOpen = resolve
    })
    signal.addEventListener('abort', () => this.#stop(signal.reason), { once: true })
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  get opened(): Promise<void> {
    return this.bounded(this.#opened)
  }

  begin(): void {
    this.#deadline = new Deadline(this.#clock, this.#timeoutMs, () => {
      this.#hasTimedOut = true
      this.#stop(new Error(`no session within ${this.#timeoutMs} ms`))
    })
  }

  readonly hear = (fact: WireFact): void => {
    if (fact.type === 'opened') this.#isOpen()
    else if (fact.type === 'lost' && !this.#isOver) {
      this.#loss = fact.loss
      this.#stop(fact.loss.error ?? new Error('the server closed the connection while it was being made'))
    } else this.passOn?.(fact)
  }

  bounded<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#ended])
  }

  /** From now on the session is another's. */
  end(): void {
    this.#isOver = true
    this.#deadline?.clear()
  }

  failure(error: unknown, at: number): Failure {
    const circumstances = { phase: 'connecting', at } as const
    if (this.#loss !== undefined) return failureOfLoss({ ...this.#loss, error }, circumstances)
    if (!this.#hasTimedOut) return failureOfError(error, circumstances)
    return createFailure({
      ...circumstances,
      kind: 'timeout',
      message: `no session within ${this.#timeoutMs} ms`,
      error,
    })
  }

  #stop(reason: unknown): void {
    this.#deadline?.clear()
    this.#fail(reason)
    this.#abort.abort(reason)
  }
}

/** Recovery handlers on the new session; a session that dies meanwhile is a failed attempt. */
export const restore = actor((wiring, tell) => {
  const { berth, mailbox, clock } = wiring
  const abort = new AbortController()
  const leave = berth.board((fact) => {
    if (fact.type !== 'lost') return relay(wiring, tell, fact)
    abort.abort()
    const failure = failureOfLoss(fact.loss, { phase: 'connecting', at: clock.now() })
    mailbox.lose(failure, () => undefined)
    berth.clear()?.destroy()
    tell({ type: 'dial.failed', failure, delayMs: wiring.nextDelay() })
  })
  void wiring.recover(abort.signal).then(() => {
    if (!abort.signal.aborted) tell({ type: 'restored' })
  })
  return () => {
    abort.abort()
    leave()
  }
})

/**
 * Relays what the session says, and what its monitors say of it; the statements go past it, from mailbox to wire. One actor
 * for both, since each costs every idle connection 1.7 kB.
 */
export const session = actor((wiring, tell, { isWatched = false }) => {
  const leave = wiring.berth.board((fact) => relay(wiring, tell, fact))
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
    const { clock, berth } = this.#wiring
    const at = clock.now()
    const failure = createFailure({ kind: 'monitor', phase: 'idle', at, message, code })
    this.#tell({ type: 'session.lost', failure, silentSince: berth.wire?.lastByteAt ?? at })
  }

  retire(reason: string): void {
    this.#tell({ type: 'retire', reason })
  }
}

function relay(wiring: Wiring, tell: Tell, fact: WireFact): void {
  if (fact.type === 'notification') tell({ type: 'session.notified', notification: fact.notification })
  else if (fact.type === 'notice') tell({ type: 'session.noticed', notice: fact.notice })
  else if (fact.type === 'parameter') tell({ type: 'session.parameter', name: fact.name, value: fact.value })
  else if (fact.type === 'lost') {
    const { mailbox, clock, berth } = wiring
    const circumstances = { phase: phaseOf(mailbox.oldest, mailbox.openLane), at: clock.now() }
    const silentSince = berth.wire?.lastByteAt ?? circumstances.at
    const readOnlyTransaction = mailbox.openLane.isReadOnly
    tell({
      type: 'session.lost',
      failure: failureOfLoss(fact.loss, { ...circumstances, readOnlyTransaction }),
      silentSince,
    })
  }
}

/** Closes whatever session there is; then the schedule says when the next may be tried. */
export const hangUp = actor((wiring, tell, { manner = 'goodbye' }) => {
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
export const drain = actor((wiring, tell) => {
  let isLeft = false
  void wiring.drained().then(() => isLeft || tell({ type: 'drained' }))
  return () => {
    isLeft = true
  }
})
