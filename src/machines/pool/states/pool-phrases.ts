// Turns of phrase that the states of a pool share.
import { whole } from '../../states/chart-phrases.ts'
import type { MemberInput } from '../pool.actors.ts'

export const hires = (of: MemberInput['of']) => ({ type: 'hire', params: { of } }) as const

const note = <A extends 'noteUp' | 'noteDown' | 'noteDead' | 'drop'>(type: A) =>
  ({ type, params: whole }) as const

/** What members tell, and who comes and goes by hand, in any state that has members. */
export const memberFacts = {
  'member.up': { actions: [note('noteUp'), 'renewSchedule'] },
  'member.down': { actions: note('noteDown') },
  'member.dead': [
    { guard: { type: 'isWorker', params: whole }, actions: [note('noteDead'), note('drop')] },
    // Subscriptions hang on a listener: it is not replaced, but connected again.
    { actions: note('noteDead') },
  ],
  'member.ended': { actions: note('drop') },
} as const

export const comings = {
  listen: { actions: hires('listener') },
  unlisten: { actions: { type: 'endMember', params: whole } },
  adopt: { actions: hires('adopted') },
  release: { actions: { type: 'release', params: whole } },
} as const
