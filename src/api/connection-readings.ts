// What a connection shows of itself.
import type { ClientBase } from 'pg'
import type { HostAddress } from '../drivers/driver.ts'
import type { ConnectionState } from '../machines/connection.events.ts'
import type { ConnectionActorRef, Core } from './core.ts'
import { Statements } from './requests/statements.ts'

/** For those of the house that keep connections: what is behind the facade. */
export let coreOf: (connection: ConnectionReadings) => Core

export abstract class ConnectionReadings extends Statements {
  static {
    coreOf = (connection) => connection.core
  }

  override toJSON(): object {
    return { name: this.name, state: this.state, pending: this.pending, processId: this.processId }
  }

  /** The option `name`, or 'connection 1', 'connection 2' … */
  get name(): string {
    return this.core.settings.name
  }

  /** The word of the statechart for what the connection is doing now. */
  get state(): ConnectionState {
    const { mailbox, actor, ledger, isAttached } = this.core
    if (this.core.isBroken) return 'closed'
    if (!isAttached) return actor.getSnapshot().context.word
    if (mailbox.openLane !== mailbox.root) return 'inTransaction'
    return ledger.pending > 0 ? 'querying' : 'connected'
  }

  /** Whether `state` is connected, querying or inTransaction. */
  get isUsable(): boolean {
    return this.core.isAttached
  }

  /** Requests accepted and not settled. */
  get pending(): number {
    return this.core.ledger.pending
  }

  /** Of the present session; undefined while there is none. */
  get processId(): number | undefined {
    return this.core.berth.wire?.processId
  }

  /** server_version_num of the present session, such as 180004. */
  get serverVersion(): number | undefined {
    return this.core.berth.wire?.serverVersion
  }

  /** Where the present session goes; undefined while there is none. */
  get host(): HostAddress | undefined {
    return this.core.berth.wire?.host
  }

  /** As the server said with its last answer. */
  get transactionStatus(): 'idle' | 'inTransaction' | 'failed' | undefined {
    const { wire } = this.core.berth
    return wire === undefined ? undefined : statusWords[wire.transactionStatus]
  }

  /** The machine's actor, for XState users and inspectors; an event that it does not know or that lacks its shape is passed over. */
  get actor(): ConnectionActorRef {
    return this.core.actor
  }

  /** The live pg client, for what this facade does not offer. Yours to misuse. */
  get unsafeClient(): ClientBase | undefined {
    return this.core.berth.wire?.client as ClientBase | undefined
  }
}

const statusWords = { I: 'idle', T: 'inTransaction', E: 'failed' } as const
