// What is done to the connection, one thing after the other.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from 'pg-supervisor'
import type { Stage } from './stage.ts'

export interface Scene {
  readonly stage: Stage
  /** The one on show. */
  readonly connection: Connection
  /** Somebody else, on a connection of his own. */
  readonly elsewhere: Connection
  /** Resolves when the connection on show has noticed. */
  readonly noticed: Promise<unknown>
  readonly signal: AbortSignal
}

export interface Fault {
  readonly name: string
  readonly story: string
  /** The callers pause first: only the listener waits, and nothing that has a deadline. */
  readonly wantsQuiet?: boolean
  strike(scene: Scene): Promise<void>
}

const backendKilled: Fault = {
  name: 'backend killed',
  story: 'an administrator calls pg_terminate_backend on its session',
  async strike({ connection, elsewhere }) {
    await elsewhere.query('select pg_terminate_backend($1)', [connection.processId])
  },
}

const serverRestarted: Fault = {
  name: 'server restarted',
  story: 'the server is shut down (fast), stays away for 1.5 s and comes back',
  async strike({ stage, signal }) {
    await stage.server?.stop('fast')
    await sleep(1500, undefined, { signal })
    await stage.server?.start()
  },
}

const networkReset: Fault = {
  name: 'network reset',
  story: 'the cable is cut: a TCP reset in the midst of everything',
  async strike({ stage }) {
    stage.cable?.cut()
  },
}

const networkSilent: Fault = {
  name: 'network silent',
  story: 'a firewall forgets the idle session: its socket stays open, and mute',
  wantsQuiet: true,
  async strike({ stage, noticed }) {
    stage.cable?.blackhole()
    await noticed
    // New connections pass, as they would; the forgotten one stays forgotten.
    stage.cable?.pass()
  },
}

export const faultsOn = ({ server, cable }: Stage): readonly Fault[] => [
  backendKilled,
  ...(server === undefined ? [] : [serverRestarted]),
  ...(cable === undefined ? [] : [networkReset, networkSilent]),
]
