// The charts that traces are led along, each with a world around it that answers as it did on the way and does nothing.
import type { AnyStateMachine } from 'xstate'
import { initialContext } from '../machines/connection.context.ts'
import { connectionMachine } from '../machines/connection.machine.ts'
import { initialPoolContext } from '../machines/pool/pool.context.ts'
import { poolMachine } from '../machines/pool/pool.machine.ts'
import { connectPoolWiring, type PoolWiring } from '../machines/pool/pool.wiring.ts'
import type { Supervised } from '../machines/supervisor/supervised.ts'
import { initialSupervisorContext, supervisorMachine } from '../machines/supervisor/supervisor.machine.ts'
import { connectWiring, type Wiring } from '../machines/wiring.ts'
import { replayedFailure } from './replayed-event.ts'
import type { TracedData, TracedMachine } from './trace-format.ts'

export interface World {
  now(): number
  /** Whether a guard that asks the world said yes. */
  says(guard: string): boolean
}

export interface Replayable {
  readonly machine: AnyStateMachine
  /** What a trace tells of a context, with whatever it left out filled in. */
  contextOf(traced: TracedData, at: number): object
}

const failureIn = ({ failure }: TracedData, at: number) => ({
  failure: failure === undefined ? undefined : replayedFailure(failure as TracedData, at),
})

function connection(world: World): Replayable {
  const identity = { name: 'replayed' }
  const wiring = {
    clock: { now: () => world.now() },
    isDead: () => world.says('isDead'),
    isHopeless: () => world.says('isHopeless'),
    find: () => ({
      lane: { kind: world.says('isOngoing') ? 'transaction' : 'autocommit' },
      isPatient: world.says('mayWait'),
    }),
    get isInDoubt() {
      return world.says('isInDoubt')
    },
    mailbox: {
      get isQuiet() {
        return world.says('isQuietAndSupervised')
      },
    },
    berth: { wire: undefined },
    counts: () => ({ inFlight: 0, queued: 0 }),
  }
  connectWiring(identity, wiring as unknown as Wiring)
  return {
    machine: connectionMachine,
    contextOf: (traced, at) => ({
      ...initialContext({ input: { identity } }),
      ...traced,
      ...failureIn(traced, at),
      retiring: traced['retiring'] === true ? 'replayed' : undefined,
      session:
        traced['session'] === undefined ? undefined : { processId: 0, host: { host: 'replayed', port: 0 } },
    }),
  }
}

/** Its guards judge by the event and the context alone. */
function pool(world: World): Replayable {
  const identity = { name: 'replayed' }
  const wiring = { clock: { now: () => world.now() }, restartDelay: () => 0 }
  connectPoolWiring(identity, wiring as unknown as PoolWiring)
  return {
    machine: poolMachine,
    contextOf: (traced, at) => ({
      ...initialPoolContext({ input: { identity } }),
      ...traced,
      ...failureIn(traced, at),
    }),
  }
}

function supervisor(world: World): Replayable {
  const supervised = {
    clock: { now: () => world.now() },
    isDead: () => world.says('isDead'),
    isHopeless: () => world.says('isHopeless'),
  }
  const machine = supervisorMachine(supervised as unknown as Supervised)
  return {
    machine,
    contextOf: (traced, at) => ({
      ...initialSupervisorContext,
      ...traced,
      ...failureIn(traced, at),
    }),
  }
}

const makers: Record<TracedMachine, (world: World) => Replayable> = { connection, pool, supervisor }

export const replayable = (machine: TracedMachine, world: World): Replayable => makers[machine](world)
