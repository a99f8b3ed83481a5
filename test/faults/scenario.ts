// One thing that breaks, in one place: the chaos tests run it on a connection, and `npm run chaos -- faults` on this
// package and on others, to compare them.
import type { Dice } from '../support/nemesis/dice.ts'
import type { TcpProxy } from '../support/tcp-proxy.ts'
import type { TestServer } from '../support/test-server.ts'

/** Where it happens. Callers reach the server by the cable. */
export interface Scene {
  readonly server: TestServer
  readonly cable: TcpProxy
  readonly dice: Dice
  /** Is called when all is over, last first. */
  defer(undo: () => unknown): void
}

export interface Scenario {
  /** Its number in the catalogue. */
  readonly id: `S${number}`
  /** What is broken, in words that fit behind "while". */
  readonly broken: string
  /** What a client does that knows nothing of it. */
  readonly naive: string
  /** What callers are doing when it strikes. */
  readonly callers: 'wait' | 'write' | 'transact'
  /** Whether sessions end by it. */
  readonly costs: 'sessions' | 'nothing'
  /** Milliseconds from strike to heal, at least and at most; without it they follow each other at once. */
  readonly lasts?: readonly [least: number, most: number]
  /** The server is stopped or frozen, so it must be ours. */
  readonly stopsServer?: true
  /** What must be had to let it happen; a reason, where it is not to be had here. */
  readonly lacks?: () => string | undefined
  /** Another way to the server than the cable's; returns its url. */
  route?(scene: Scene): Promise<string>
  strike(scene: Scene): unknown
  heal?(scene: Scene): unknown
}

/** Ends all sessions, as an administrator does. */
export async function killSessions({ server }: Scene): Promise<void> {
  await server.sql('select pg_terminate_backend(pid) from unnest($1::int[]) as pid', [
    await server.backends(),
  ])
}
