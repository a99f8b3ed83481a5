// Turns of phrase that the states of the chart share.
import type { ConnectionState } from '../connection.events.ts'
import type { Occupation } from '../mailbox/occupation.ts'
import type { Identity } from '../wiring.ts'

/** On entry: the public word of the state. */
export const announces = (to: ConnectionState) => ({ type: 'announce', params: { to } }) as const

/** The event itself as a guard's or an action's params. */
export const whole = <E>({ event }: { event: E }): E => event

/** The session is handed from actor to actor by the identity; this is all that inspectors see of it. */
export const onSession = ({ context }: { context: { identity: Identity } }) => ({
  identity: context.identity,
})

export const is = <O extends Occupation>(occupation: O) =>
  ({
    type: 'isNow',
    params: ({ event }: { event: { occupation: Occupation } }) => ({
      is: occupation,
      occupation: event.occupation,
    }),
  }) as const

/** There is no session, and none in the making. */
export const givenUp = 'givenUp'

/** While down a statement waits or is refused, as `whileDown` says. */
export const statementWhileDown = [
  { guard: { type: 'mayWait', params: whole }, actions: { type: 'hold', params: whole } },
  { actions: { type: 'refuse', params: whole } },
] as const

/** A new session after one that was lost: what it missed is told before anything of its own. */
export const recovered = [
  { type: 'noteSession', params: whole },
  {
    type: 'tellGap',
    params: ({ event }: { event: { channels: string[]; listeningSince: number } }) => ({
      channels: event.channels,
      to: event.listeningSince,
    }),
  },
] as const

/** What a session in good order says to the world. */
export const sayings = {
  'session.notified': { actions: { type: 'tellNotification', params: whole } },
  'session.noticed': { actions: { type: 'tellNotice', params: whole } },
} as const

/** Of ways that only the model takes, and why; tables print it, and `npm run coverage:chart` takes it for the reason. */
const whyNeverTaken =
  'as while restoring; on a real server the question is answered too soon to be interrupted here'

export const byTheModelAlone = <T extends object>(way: T): T & { description: string } => ({
  ...way,
  description: whyNeverTaken,
})

/** What a session says while a COMMIT in doubt is being asked about. */
export const seldomSayings = {
  'session.notified': byTheModelAlone(sayings['session.notified']),
  'session.noticed': byTheModelAlone(sayings['session.noticed']),
} as const
