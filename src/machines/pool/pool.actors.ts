// The children of a pool: its members, one actor each, and the drain.
import { type AnyEventObject, fromCallback, type NonReducibleUnknown } from 'xstate'
import type { PoolFact } from './pool.events.ts'
import { type PoolIdentity, type PoolWiring, poolWiringOf } from './pool.wiring.ts'

export interface PoolChild {
  readonly identity: PoolIdentity
}

export interface MemberInput extends PoolChild {
  readonly id: string
  readonly of: 'worker' | 'listener' | 'adopted'
}

export type MemberCommand = { readonly type: 'connect' } | { readonly type: 'end' }

/** A connection machine under supervision: ended by the chart, or when the chart drops it. */
export const member = fromCallback<MemberCommand, MemberInput & NonReducibleUnknown>(
  ({ input, sendBack, receive }) => {
    const { id, of } = input
    const hold = wiredTo(input).startMember(id, of, (fact: PoolFact) => sendBack(fact))
    receive(({ type }) => {
      if (type === 'connect') hold.connect()
      else hold.end()
    })
    return () => hold.leave()
  },
)

/** Tells when nobody waits and nobody is busy. */
export const drain = fromCallback<AnyEventObject, PoolChild & NonReducibleUnknown>(({ input, sendBack }) => {
  let isLeft = false
  void wiredTo(input)
    .drained()
    .then(() => isLeft || sendBack({ type: 'drained' }))
  return () => {
    isLeft = true
  }
})

function wiredTo(child: PoolChild): PoolWiring {
  const wiring = poolWiringOf(child)
  if (wiring === undefined)
    throw new Error('no pool is wired to this machine: use Pool, or provide the actors')
  return wiring
}
