// Connections taken out and put in by hand, while the pool goes on. What can't be done disturbs nothing.
import { checkNames } from '../../errors/check-option.ts'
import { invalidOption } from '../../errors/invalid-option-error.ts'
import { Deadline } from '../../machines/deadline.ts'
import { Connection } from '../connection.ts'
import type { WaitOptions } from '../queryable.ts'
import { checkWaitOptions, reasonOf } from '../requests/wait-options.ts'
import type { Member } from './member.ts'
import type { PoolCore } from './pool-core.ts'

/** Out of service as soon as it is idle; it is neither closed nor supervised by the pool any more. */
export async function removeMember(
  core: PoolCore,
  connection: Connection,
  options: WaitOptions = {},
): Promise<void> {
  checkNames(options, ['signal', 'timeoutMs'])
  checkWaitOptions(options)
  const member = core.roster.memberOf(connection)
  if (member === undefined || member.leaving !== undefined)
    throw invalidOption('connection', 'one of this pool that is not being removed', connection)
  if (options.signal?.aborted) throw reasonOf(options.signal)
  if (!member.isBusy) release(core, member)
  else await whenIdle(core, member, options)
}

function release(core: PoolCore, member: Member): void {
  member.isReleased = true
  core.actor.send({ type: 'release', id: member.id })
}

/** Whoever waits no longer leaves it in service. */
function whenIdle(core: PoolCore, member: Member, { signal, timeoutMs }: WaitOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      member.leaving = undefined
      signal?.removeEventListener('abort', abort)
      deadline?.clear()
      stopWatching()
    }
    const stay = (error: unknown): void => {
      settle()
      reject(error)
      core.lending.serve()
    }
    const abort = (): void => stay(reasonOf(signal as AbortSignal))
    const deadline =
      timeoutMs === undefined
        ? undefined
        : new Deadline(core.clock, timeoutMs, () => stay(core.refusals.timedOut(timeoutMs)))
    const stopWatching = core.onShut(() => stay(core.refusals.closed()))
    signal?.addEventListener('abort', abort, { once: true })
    member.leaving = () => {
      settle()
      release(core, member)
      resolve()
    }
  })
}

/** In service, and the pool's from now on. One that was never connected is connected first. */
export async function addMember(core: PoolCore, connection: Connection): Promise<void> {
  check(core, connection)
  if (connection.state === 'idle') await connection.connect()
  else if (!connection.isUsable) await connection.ready()
  // Much may have happened meanwhile.
  check(core, connection)
  core.roster.adopting = connection
  core.actor.send({ type: 'adopt' })
  core.roster.adopting = undefined
  if (core.roster.memberOf(connection) === undefined) throw core.refusals.closed()
}

const ended = new Set(['dead', 'closing', 'closed'])

function check(core: PoolCore, connection: Connection): void {
  if (!(connection instanceof Connection)) throw invalidOption('connection', 'a Connection', connection)
  if (core.isClosed) throw core.refusals.closed()
  if (core.roster.isOwned(connection)) throw invalidOption('connection', 'one that is in no pool', connection)
  if (ended.has(connection.state))
    throw invalidOption('connection', 'one that is not ended or given up', connection.state)
}
