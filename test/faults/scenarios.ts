import type { Scenario } from './scenario.ts'
import { blackHoleInFlight } from './scenarios/black-hole-in-flight.ts'
import { blackHoleWhileIdle } from './scenarios/black-hole-while-idle.ts'
import { commitAnswerLost } from './scenarios/commit-answer-lost.ts'
import { commitDelayed } from './scenarios/commit-delayed.ts'
import { commitNeverSent } from './scenarios/commit-never-sent.ts'
import { corruptedBytes } from './scenarios/corrupted-bytes.ts'
import { fastRestart } from './scenarios/fast-restart.ts'
import { halfClosed } from './scenarios/half-closed.ts'
import { idleSessionTerminated } from './scenarios/idle-session-terminated.ts'
import { immediateRestart } from './scenarios/immediate-restart.ts'
import { latency } from './scenarios/latency.ts'
import { packetsLost, packetsLostForAMoment } from './scenarios/packets-lost.ts'
import { portRefuses } from './scenarios/port-refuses.ts'
import { postmasterFrozen } from './scenarios/postmaster-frozen.ts'
import { postmasterKilled } from './scenarios/postmaster-killed.ts'
import { reset } from './scenarios/reset.ts'
import { serverFrozen } from './scenarios/server-frozen.ts'
import { sessionTerminatedInFlight } from './scenarios/session-terminated-in-flight.ts'
import { sessionTerminatedInTransaction } from './scenarios/session-terminated-in-transaction.ts'
import { silentAfterAccept } from './scenarios/silent-after-accept.ts'
import { slotsExhausted } from './scenarios/slots-exhausted.ts'
import { startingUp } from './scenarios/starting-up.ts'

/** In the order of the catalogue. */
export const scenarios: readonly Scenario[] = [
  idleSessionTerminated,
  sessionTerminatedInFlight,
  sessionTerminatedInTransaction,
  fastRestart,
  immediateRestart,
  postmasterKilled,
  postmasterFrozen,
  startingUp,
  slotsExhausted,
  blackHoleWhileIdle,
  blackHoleInFlight,
  serverFrozen,
  packetsLost,
  packetsLostForAMoment,
  reset,
  halfClosed,
  latency,
  corruptedBytes,
  silentAfterAccept,
  portRefuses,
  commitAnswerLost,
  commitNeverSent,
  commitDelayed,
]
