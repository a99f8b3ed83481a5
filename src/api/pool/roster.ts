// Who is in the pool. The chart says when somebody comes and goes; here it is done.
import type { LoneProber } from '../../backoff/lone-prober.ts'
import { invalidOption } from '../../errors/invalid-option-error.ts'
import { Connection } from '../connection.ts'
import { coreOf } from '../connection-readings.ts'
import { SharedView } from '../hosts/shared-view.ts'
import { Member } from './member.ts'
import type { PoolNotices } from './pool-notices.ts'
import type { PoolSettings } from './pool-settings.ts'

/** One pool at a time has a connection. */
const owners = new WeakMap<Connection, Roster>()

export class Roster {
  /** The workers, in the order in which they came. */
  readonly members: Member[] = []
  /** The present one is the last. */
  readonly listeners = new Map<string, Connection>()
  /** The one that is being put in. */
  adopting: Connection | undefined
  readonly #settings: PoolSettings
  readonly #prober: LoneProber
  /** What its members know of the hosts. */
  readonly #view = new SharedView()
  readonly #notices: PoolNotices
  readonly #becameFree: (member: Member) => void
  #number = 0

  constructor(
    settings: PoolSettings,
    prober: LoneProber,
    notices: PoolNotices,
    becameFree: (member: Member) => void,
  ) {
    this.#settings = settings
    this.#prober = prober
    this.#notices = notices
    this.#becameFree = becameFree
  }

  /** Whether some pool has it, this one or another. */
  isOwned(connection: Connection): boolean {
    return owners.has(connection)
  }

  memberOf(connection: Connection): Member | undefined {
    return this.members.find((member) => member.connection === connection)
  }

  /** @throws whatever the user's factory throws, InvalidOptionError for what is no new connection. */
  take(id: string, of: 'worker' | 'listener' | 'adopted'): Connection {
    const { name, makeConnection, clock } = this.#settings
    const connection =
      of === 'adopted'
        ? (this.adopting as Connection)
        : makeConnection(of === 'listener' ? `${name} listener` : `${name} ${++this.#number}`)
    if (!(connection instanceof Connection) || owners.has(connection))
      throw invalidOption('connectionFactory', 'a function that makes a new Connection each time', connection)
    owners.set(connection, this)
    coreOf(connection).wiring.govern = (hostKey, limit) => this.#prober.limitFor(hostKey, connection, limit)
    coreOf(connection).wiring.hosts?.share(this.#view)
    this.#notices.join(connection)
    if (of === 'listener') this.listeners.set(id, connection)
    else this.members.push(new Member(id, connection, clock.now(), this.#becameFree))
    return connection
  }

  /** Out of service; it is ended, unless somebody took it out. */
  left(connection: Connection): void {
    owners.delete(connection)
    coreOf(connection).wiring.govern = undefined
    coreOf(connection).wiring.hosts?.share(new SharedView())
    this.#prober.leave(connection)
    const member = this.memberOf(connection)
    if (member === undefined) {
      for (const [id, listener] of this.listeners) if (listener === connection) this.listeners.delete(id)
    } else {
      this.members.splice(this.members.indexOf(member), 1)
      member.leaving?.()
      if (member.wasAdded) this.#notices.publish('removed', { connection })
    }
    if (member?.isReleased === true) this.#notices.part(connection)
    else {
      // It has something to tell until it is closed.
      const part = (): void => this.#notices.part(connection)
      connection.end().then(part, part)
    }
  }
}
