// What is waiting, what is written, and who may write next. The mailbox outlives sessions: what was not written when one
// dies is still here for the next. It knows no promise and no state of the chart; the chart opens and closes its gate,
// and is told, lazily, what goes on behind it.

import type { Wire } from '../../drivers/driver.ts'
import type { Failure } from '../../errors/failure.ts'
import { errorVerdict } from './error-verdict.ts'
import { Fifo } from './fifo.ts'
import { Lane } from './lane.ts'
import { lossVerdict } from './loss-verdict.ts'
import type { MailboxHost } from './mailbox-host.ts'
import { type Occupation, occupationOf } from './occupation.ts'
import { type Pipeline, Quarantine } from './quarantine.ts'
import type { CancelWish, Reply, Request, RequestLane } from './request.ts'

/** In flight at once. Nothing is gained beyond 256, and pg's own queue turns linear past ten thousand. */
const pipelineWindow = 1024
/** From so many in flight on, the statements of one tick are gathered into one write; below, it measures no gain. */
const corkAt = 4

export class Mailbox implements Pipeline {
  readonly root = new Lane<Request>('autocommit')
  readonly #host: MailboxHost
  readonly #window: number
  /** Made with the first cancel. */
  #quarantine: Quarantine | undefined
  #open: RequestLane = this.root
  #flight = new Fifo<Request>()
  #wire: Wire | undefined
  #occupation: Occupation = 'connected'
  #isFollowing = false
  /** There is a session, and what waited for it has not gone out yet. */
  #isOpening = false

  constructor(host: MailboxHost, isPipelined: boolean) {
    this.#host = host
    this.#window = isPipelined ? pipelineWindow : 1
    this.root.stage = 'open'
  }

  get wire(): Wire | undefined {
    return this.#wire
  }

  /** The oldest unanswered request: the one the server is working on. */
  get oldest(): Request | undefined {
    return this.#flight.peek()
  }

  get openLane(): RequestLane {
    return this.#open
  }

  /** The open lane and those around it, up to the connection's own. */
  exclusiveLanes(): RequestLane[] {
    const lanes: RequestLane[] = []
    for (let lane = this.#open; lane !== this.root && lane.parent !== undefined; lane = lane.parent)
      lanes.push(lane)
    return lanes
  }

  /** What the connection is doing, now; the chart follows a loop turn later. */
  get occupation(): Occupation {
    return occupationOf(this.#open, this.#flight.peek(), this.#wire?.transactionStatus ?? 'I')
  }

  /** Nothing in flight and nobody holding the session. */
  get isQuiet(): boolean {
    if (this.#isOpening) return false
    return this.#flight.size === 0 && this.#open === this.root && this.#quarantine?.isOn !== true
  }

  /** A new session: until the gate opens only its preparation is written, on the lane returned. */
  attach(wire: Wire): RequestLane {
    this.#wire = wire
    this.#open = new Lane<Request>('preparation', this.root)
    this.#open.stage = 'open'
    return this.#open
  }

  /** The session is prepared: what waited goes out in order. */
  openGate(): void {
    this.#open.end()
    this.#open = this.root
    this.#occupation = 'connected'
    if (this.#open.box.size === 0) return this.#follow()
    // What waited goes out behind whoever is told that the connection is up: listeners, connect(), ready().
    this.#isOpening = true
    setImmediate(() => {
      this.#isOpening = false
      this.pump()
      this.#follow()
    })
  }

  accept(request: Request): void {
    const { lane } = request
    // The chart went to `querying` by itself, with the very statement that is accepted here; a probe went past it.
    if (this.#occupation === 'connected' && request.role !== 'probe') {
      this.#occupation = 'querying'
      this.#wire?.ref()
    }
    if (lane.stage === 'ended') {
      request.settle(this.#host.revokedError(request))
      this.#follow()
    } else if (this.#mayWrite() && lane === this.#open && lane.box.size === 0 && !this.#mustWait(request))
      this.#write(request)
    else lane.box.push(request)
  }

  /** Leaves a lane: its parent is open again. A lane that never opened is passed over when its turn comes. */
  endLane(lane: RequestLane): void {
    const wasOpen = lane.stage === 'open'
    lane.end()
    for (const request of lane.box) request.settle(this.#host.revokedError(request))
    if (!wasOpen || this.#open !== lane) return
    this.#open = lane.parent ?? this.root
    this.pump()
    this.#follow()
  }

  /** Before it is written a request is settled at once; after, the server is asked, once it is the oldest. */
  cancel(request: Request, wish: CancelWish, beforeWritten: unknown): void {
    if (request.phase === 'queued') {
      request.settle(beforeWritten)
      this.pump()
    } else if (request.phase === 'written' && request.wish === undefined) {
      request.wish = wish
      this.#quarantine ??= new Quarantine(this, this.#host)
      this.#quarantine.wished(request)
    } else if (request.phase === 'inDoubt') request.settle(wish.tooLate)
  }

  answered(request: Request, error: unknown, result: Reply, nameWasLost: boolean): void {
    // A dead session's client may still say something, of our own cancel for one: whoever it is for was told already.
    if (!request.isInFlight) return
    this.#land(request)
    const isServers = error !== undefined
    if (isServers && nameWasLost && this.#mayHeal(request)) this.#again(request)
    else if (isServers && this.#quarantine?.hitInnocent(request, error))
      this.#quarantine.innocent(request, error)
    else if (isServers) {
      const { told, judged } = errorVerdict(request, error)
      request.settle(told)
      if (judged !== undefined) this.#host.erred(judged, request)
    } else request.settle(undefined, result)
    this.#quarantine?.answered(request)
    const { size } = this.#flight
    if (this.#open.box.size > 0 && (size === 0 || size <= this.#window >> 1)) this.pump()
    if (size === 0 || request.role !== 'statement') this.#follow()
  }

  /** The session is dead. What was written is settled by the table, what was cut is refused; the rest waits or is refused by the host. */
  lose(failure: Failure, leftWaiting: (request: Request) => void): void {
    this.#wire = undefined
    this.#quarantine?.end()
    for (const lane of this.exclusiveLanes()) lane.end(failure)
    this.#open = this.root
    for (const request of this.#flight) request.isInFlight = false
    this.#flight = new Fifo()
    const repeated: Request[] = []
    for (const request of this.#host.unsettled()) {
      const verdict = lossVerdict(request)
      if (verdict.kind === 'applied') request.settle(undefined, this.#host.commitReply())
      else if (verdict.kind === 'inDoubt') {
        request.phase = 'inDoubt'
        this.#host.doubted(request, failure)
      } else if (verdict.kind === 'repeat') {
        repeated.push(this.#rewind(request))
        leftWaiting(request)
      } else if (verdict.kind === 'stays') leftWaiting(request)
      else request.settle(this.#host.lostError(request, failure, verdict))
    }
    this.root.box.unshift(repeated)
  }

  /** Nothing is accepted any more; what is unsettled is refused in the order it was asked for. */
  shut(refusal: (request: Request) => unknown): void {
    for (const request of this.#host.unsettled()) {
      if (lossVerdict(request).kind === 'applied') request.settle(undefined, this.#host.commitReply())
      else request.settle(refusal(request))
    }
    for (const lane of this.exclusiveLanes()) lane.end()
    this.#open = this.root
    this.#wire = undefined
    for (const request of this.#flight) request.isInFlight = false
    this.#flight = new Fifo()
    this.#quarantine?.end()
  }

  /** Writes past the queue: the supervisor's own probe. */
  writeNow(request: Request): void {
    if (this.#wire !== undefined) this.#write(request)
  }

  /** Back to the front of the queue, to be written once more. */
  rewrite(request: Request): void {
    const { opens } = request
    if (opens !== undefined && this.#open === opens) {
      opens.stage = 'queued'
      this.#open = request.lane
    }
    request.lane.box.unshift([this.#rewind(request)])
  }

  #rewind(request: Request): Request {
    request.phase = 'queued'
    request.wasWritten = true
    return request
  }

  #again(request: Request): void {
    request.wasHealed = true
    request.phase = 'queued'
    if (this.#mayWrite() && request.lane === this.#open) this.#write(request)
    else request.lane.box.unshift([request])
  }

  /** Inside a transaction the error has already failed the transaction. */
  #mayHeal(request: Request): boolean {
    return !request.wasHealed && request.wish === undefined && this.#wire?.transactionStatus === 'I'
  }

  #mayWrite(): boolean {
    if (this.#wire === undefined || this.#isOpening) return false
    return this.#quarantine?.isOn !== true && this.#flight.size < this.#window
  }

  #mustWait(request: Request): boolean {
    const { size } = this.#flight
    if (size === 0) return false
    return request.isSolo || this.#flight.peek()?.isSolo === true || this.#wire?.isCongested === true
  }

  /** Writes what may be written. */
  pump(): void {
    while (this.#mayWrite()) {
      const next = this.#open.box.peek()
      if (next === undefined) return
      if (next.phase === 'settled') {
        this.#open.box.shift()
        continue
      }
      if (this.#mustWait(next)) return
      this.#open.box.shift()
      this.#write(next)
    }
  }

  #write(request: Request): void {
    const wire = this.#wire as Wire
    const { opens } = request
    if (opens !== undefined && opens.stage === 'queued') {
      opens.stage = 'open'
      this.#open = opens
      this.#follow()
    }
    if (request.role === 'lease') {
      request.settle(undefined)
      return
    }
    if (this.#flight.size >= corkAt) wire.cork()
    request.phase = 'written'
    request.isInFlight = true
    this.#flight.push(request)
    if (this.#flight.size === 1) this.#host.oldestChanged(request)
    this.#host.written(request)
    wire.submit(request)
  }

  /** Answers come in the order of writing; only a statement that pg refused to write lands before its turn. */
  #land(request: Request): void {
    request.isInFlight = false
    if (this.#flight.peek() === request) this.#flight.shift()
    else {
      const others = [...this.#flight].filter((other) => other !== request)
      this.#flight = new Fifo()
      for (const other of others) this.#flight.push(other)
    }
    const oldest = this.#flight.peek()
    if (oldest !== undefined) this.#host.oldestChanged(oldest)
  }

  /** The chart is told once per turn of the loop, and only what has changed: a busy connection costs it nothing. */
  #follow(): void {
    if (this.#isFollowing) return
    this.#isFollowing = true
    setImmediate(() => {
      this.#isFollowing = false
      if (this.#wire === undefined || this.#open.kind === 'preparation') return
      this.#host.settledDown(this.isQuiet)
      const { occupation } = this
      if (occupation === this.#occupation) return
      this.#occupation = occupation
      this.#host.became(occupation)
    })
  }
}
