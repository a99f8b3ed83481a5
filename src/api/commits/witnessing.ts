// What verifyCommit must know before COMMIT is written. Its question rides behind the first statement of the transaction, so
// that the answer is there in time and costs no round trip: asked before that it would take the snapshot that a LOCK of the
// user's should come before, and asked with COMMIT its answer would be lost along with COMMIT's.
import type { Wire } from '../../drivers/driver.ts'
import { isServerError } from '../../errors/server-error.ts'
import type { CommitWitness } from '../../machines/mailbox/commit-witness.ts'
import type { Lease } from '../leases/lease.ts'

type SessionFacts = Pick<CommitWitness, 'systemIdentifier' | 'countsSince' | 'processId' | 'startedAt'>
type TransactionFacts = Pick<CommitWitness, 'transactionId' | 'processId' | 'timeline'>

// PostgreSQL docs: pg_current_xact_id in 9.27.6; the name of a WAL file begins with its timeline (9.28.3), which
// pg_control_checkpoint() tells wrongly for a while after a promotion.
const transactionQuestion = `SELECT pg_current_xact_id()::text AS "transactionId", pg_backend_pid() AS "processId",
  substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) AS "timeline"`
/** With all that the other one asks for, so that what a server refuses of that is refused here. */
const sessionQuestion = `SELECT pg_backend_pid() AS "processId", extract(epoch FROM backend_start)::text AS "startedAt",
  system_identifier::text AS "systemIdentifier", pg_stat_get_bgwriter_stat_reset_time()::text AS "countsSince",
  pg_current_xact_id() AS "xid", pg_walfile_name(pg_current_wal_lsn()) AS "wal"
  FROM pg_stat_get_activity(pg_backend_pid()), pg_control_system()`

/** Of each session, asked once; undefined = its server refuses to say. */
const sessions = new WeakMap<Wire, SessionFacts | undefined>()

/** The witness of one transaction. */
export class Witnessing {
  readonly #lease: Lease
  #answer: Promise<CommitWitness | undefined> | undefined

  constructor(lease: Lease) {
    this.#lease = lease
    lease.onFirstStatement = () => {
      this.#answer = this.#ask()
    }
  }

  /**
   * To be called before BEGIN: a question that the server refuses (a standby, another product, a missing right) would be the
   * end of the transaction. What else goes wrong with it will go wrong with BEGIN. Undefined: it was asked before.
   */
  prepare(isPatient: boolean): Promise<void> | undefined {
    const { wire } = this.#lease.core.mailbox
    return wire !== undefined && sessions.has(wire) ? undefined : this.#askSession(isPatient)
  }

  async #askSession(isPatient: boolean): Promise<void> {
    const { core, lane } = this.#lease
    const question = core.newRequest({ text: sessionQuestion, lane: lane.parent ?? lane, isPatient })
    try {
      this.#note((await core.ask(question))?.rows[0] as SessionFacts | undefined)
    } catch (error) {
      if (isServerError(error)) this.#note(undefined)
    }
  }

  #note(facts: SessionFacts | undefined): void {
    const { wire } = this.#lease.core.mailbox
    if (wire !== undefined) sessions.set(wire, facts)
  }

  /** Undefined: the transaction asked for nothing, had failed by then, or its server does not tell. */
  witness(): Promise<CommitWitness | undefined> {
    return this.#answer ?? Promise.resolve(undefined)
  }

  async #ask(): Promise<CommitWitness | undefined> {
    const { core, lane } = this.#lease
    const { wire } = core.mailbox
    const session = wire && sessions.get(wire)
    if (session === undefined) return undefined
    const { systemIdentifier, countsSince, startedAt } = session
    const request = core.newRequest({ text: transactionQuestion, lane, role: 'probe', name: 'pgs_witness' })
    try {
      const reply = await core.ask(request)
      const facts = reply?.rows[0] as TransactionFacts | undefined
      // Behind a pooler each transaction may have another server process.
      if (facts === undefined || facts.processId !== session.processId) return undefined
      const { transactionId, processId, timeline } = facts
      return { transactionId, timeline, systemIdentifier, countsSince, processId, startedAt }
    } catch {
      return undefined
    }
  }
}
