import { describe, expectTypeOf, it } from 'vitest'
import {
  type Clock,
  DeadConnectionDetector,
  type Failure,
  type ReconnectOptions,
  Supervisor,
  type SupervisorEvents,
  type WaitOptions,
} from '../../src/index.ts'

const resource = { connect: async () => 5, close: () => 'closed', publish: () => undefined }
const supervisor = new Supervisor(resource)

describe('a Supervisor', () => {
  it('takes anything with connect and close, and the options of a detector', () => {
    type Options = ReconnectOptions & { clock?: Clock }
    expectTypeOf<Options>().toExtend<NonNullable<ConstructorParameters<typeof Supervisor>[1]>>()
    expectTypeOf(new Supervisor(resource, new DeadConnectionDetector())).toEqualTypeOf(supervisor)
    const close = () => undefined
    // @ts-expect-error -- has no connect()
    expectTypeOf(new Supervisor({ close })).toBeObject()
    // @ts-expect-error -- connect() promises nothing
    expectTypeOf(new Supervisor({ connect: () => 5, close })).toBeObject()
  })

  it('passes on what its work returns, promise or not', () => {
    expectTypeOf(supervisor.run(() => 5)).resolves.toBeNumber()
    expectTypeOf(supervisor.run(async () => 'x', { timeoutMs: 5 })).resolves.toBeString()
    expectTypeOf(supervisor.run).parameter(1).toEqualTypeOf<WaitOptions | undefined>()
  })

  it('has the members of the contract', () => {
    expectTypeOf(supervisor.isDead).toBeBoolean()
    // @ts-expect-error -- read only
    supervisor.isDead = true
    expectTypeOf(supervisor.report).toEqualTypeOf<(error: unknown) => boolean>()
    expectTypeOf(supervisor.addRecoveryHandler).toEqualTypeOf<(handler: () => unknown) => () => void>()
    expectTypeOf(supervisor.removeRecoveryHandler).toEqualTypeOf<(handler: () => unknown) => void>()
    expectTypeOf(supervisor.stop).toEqualTypeOf<() => Promise<void>>()
  })

  it('tells what the contract says', () => {
    expectTypeOf<SupervisorEvents['lost']>().toEqualTypeOf<{ failure: Failure }>()
    expectTypeOf<SupervisorEvents['reconnecting']>().toEqualTypeOf<{ attempt: number; delayMs: number }>()
    expectTypeOf<SupervisorEvents['recovered']>().toEqualTypeOf<{ attempts: number }>()
    expectTypeOf<SupervisorEvents['dead']>().toEqualTypeOf<{ failure: Failure }>()
    expectTypeOf(supervisor.on('lost', ({ failure }) => failure.message)).toEqualTypeOf<() => void>()
  })
})
