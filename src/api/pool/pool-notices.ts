// What a pool tells: its members' notices, each with its connection, and its own. A notice is fetched from a member only
// where somebody listens to its kind.
import { checkFunction, checkNames, checkSignal } from '../../errors/check-option.ts'
import type { Connection } from '../connection.ts'
import type { ConnectionEvents } from '../connection-events.ts'
import { coreOf } from '../connection-readings.ts'
import { inContextOfNow } from '../leases/scope.ts'
import { callFenced } from '../notices/call-fenced.ts'
import { noticeTypes } from '../notices/notices.ts'
import type { PoolEvents } from './pool-events.ts'

type Kind = keyof PoolEvents
type MemberKind = keyof ConnectionEvents
type OwnKind = Exclude<Kind, MemberKind>
type Listener = (event: { connection: Connection }) => void

const ownKinds: Record<OwnKind, true> = { added: true, removed: true, leak: true }

interface Hearing {
  readonly kind: Kind
  readonly listener: Listener
  /** How to stop hearing each connection. */
  readonly stops: Map<Connection, () => void>
}

export class PoolNotices {
  readonly #hearings = new Set<Hearing>()
  readonly #connections = new Set<Connection>()

  on<K extends Kind>(
    kind: K,
    listener: (event: PoolEvents[K]) => void,
    options: { signal?: AbortSignal } = {},
  ): () => void {
    checkNames({ [kind]: true }, [...Object.keys(noticeTypes), ...Object.keys(ownKinds)])
    checkFunction('listener', listener)
    checkNames(options, ['signal'])
    checkSignal(options.signal)
    const { signal } = options
    if (signal?.aborted) return () => undefined
    const hearing: Hearing = { kind, listener: inContextOfNow(listener as Listener), stops: new Map() }
    this.#hearings.add(hearing)
    for (const connection of this.#connections) hear(hearing, connection)
    const remove = (): void => {
      this.#hearings.delete(hearing)
      for (const stop of hearing.stops.values()) stop()
      signal?.removeEventListener('abort', remove)
    }
    signal?.addEventListener('abort', remove, { once: true })
    return remove
  }

  /** It is heard from now on. */
  join(connection: Connection): void {
    this.#connections.add(connection)
    for (const hearing of this.#hearings) hear(hearing, connection)
  }

  /** It lives on elsewhere, or has told its last. */
  part(connection: Connection): void {
    this.#connections.delete(connection)
    for (const { stops } of this.#hearings) {
      stops.get(connection)?.()
      stops.delete(connection)
    }
  }

  /** In a microtask, as all notices. */
  publish<K extends OwnKind>(kind: K, event: PoolEvents[K]): void {
    queueMicrotask(() => {
      for (const hearing of [...this.#hearings]) {
        if (hearing.kind !== kind || !this.#hearings.has(hearing)) continue
        callFenced(
          () => hearing.listener(event),
          (error) => coreOf(event.connection).notices.reportError(error, `a listener of '${kind}'`),
        )
      }
    })
  }
}

function hear({ kind, listener, stops }: Hearing, connection: Connection): void {
  if (Object.hasOwn(ownKinds, kind)) return
  stops.set(
    connection,
    connection.on(kind as MemberKind, (notice) => listener({ ...notice, connection })),
  )
}
