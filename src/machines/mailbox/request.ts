// One thing asked for: a statement, or a lease with nothing to write. It is settled once; `settle` says whether it took.
import type { QueryResult } from 'pg'
import type { Statement, StatementTypes, Upset } from '../../drivers/driver.ts'
import type { CommitWitness } from './commit-witness.ts'
import type { Lane } from './lane.ts'

export type RequestLane = Lane<Request>

/** 'lease' opens a lane and writes nothing; 'probe' is the supervisor's own question. */
export type RequestRole = 'statement' | 'begin' | 'commit' | 'rollback' | 'lease' | 'probe'

export type Reply = QueryResult | QueryResult[] | undefined

export interface RequestInit {
  readonly text: string
  readonly lane: RequestLane
  readonly role?: RequestRole
  readonly values?: readonly unknown[] | undefined
  readonly name?: string | undefined
  readonly rowMode?: 'array' | undefined
  readonly types?: StatementTypes | undefined
  readonly protocol?: 'simple' | 'extended' | undefined
  readonly binary?: boolean
  readonly upsets?: Upset | undefined
  readonly opens?: RequestLane | undefined
  readonly isIdempotent?: boolean
  /** Waits for the next session whatever `whileDown` says. */
  readonly isPatient?: boolean
  /** Nothing may be written behind it until it is answered (COPY). */
  readonly isSolo?: boolean
  /** Instead of the text: begins a conversation of its own, alone on the wire. */
  readonly submittable?: (() => object) | undefined
  /** Of a COMMIT: by what its transaction can be found again. */
  readonly witness?: CommitWitness | undefined
}

/** Why a written request is to be cancelled, and what its caller is told in each case. */
export interface CancelWish {
  /** The server confirmed the cancel: nothing was applied. */
  readonly confirmed: unknown
  /** It waits behind others in the pipeline, and its caller has waited long enough. */
  readonly tooLate: unknown
  /** The cause named when the session had to be replaced. */
  readonly cause: unknown
  /** A deadline is a failure, and is judged as one; an abort is its caller's own affair. */
  readonly isDeadline?: boolean
}

export interface RequestKeeper {
  answered(request: Request, error: unknown, result: Reply, nameWasLost: boolean): void
  settled(request: Request, error: unknown, result: Reply): void
}

export class Request implements Statement {
  readonly id: number
  readonly text: string
  readonly values: readonly unknown[] | undefined
  readonly name: string | undefined
  readonly rowMode: 'array' | undefined
  readonly types: StatementTypes | undefined
  readonly protocol: 'simple' | 'extended' | undefined
  readonly binary: boolean
  readonly upsets: Upset | undefined
  readonly lane: RequestLane
  readonly role: RequestRole
  readonly opens: RequestLane | undefined
  readonly isIdempotent: boolean
  readonly isPatient: boolean
  readonly isSolo: boolean
  readonly submittable: (() => object) | undefined
  readonly witness: CommitWitness | undefined
  /** inDoubt: written as COMMIT on a session that died; a later session is asked what became of it. */
  phase: 'queued' | 'written' | 'inDoubt' | 'settled' = 'queued'
  /** Written and not answered, also when its caller was told something already. */
  isInFlight = false
  /** The command tag, once the server has said it. */
  completedCommand: string | undefined
  wish: CancelWish | undefined
  /** Written once on a session that died: it may have been applied, whatever becomes of it now. */
  wasWritten = false
  wasHealed = false
  /** Where its keeper has it: the keeper's own affair. */
  entry: object | undefined
  readonly #keeper: RequestKeeper

  constructor(id: number, init: RequestInit, keeper: RequestKeeper) {
    this.id = id
    this.text = init.text
    this.values = init.values
    this.name = init.name
    this.rowMode = init.rowMode
    this.types = init.types
    this.protocol = init.protocol
    this.binary = init.binary ?? false
    this.upsets = init.upsets
    this.lane = init.lane
    this.role = init.role ?? 'statement'
    this.opens = init.opens
    this.isIdempotent = init.isIdempotent ?? false
    this.isPatient = init.isPatient ?? false
    this.isSolo = init.isSolo ?? false
    this.submittable = init.submittable
    this.witness = init.witness
    this.#keeper = keeper
  }

  answered(error: unknown, result: Reply, nameWasLost: boolean): void {
    this.#keeper.answered(this, error, result, nameWasLost)
  }

  completed(command: string): void {
    this.completedCommand = command
  }

  settle(error: unknown, result?: Reply): boolean {
    if (this.phase === 'settled') return false
    this.phase = 'settled'
    if (error !== undefined) this.lane.firstError ??= error
    this.#keeper.settled(this, error, result)
    return true
  }
}
