// Opens a session and prepares it: on the first host, in the order of the round, that takes us in.
import type { Failure } from '../../errors/failure.ts'
import { secondPass, sharesOf, without } from '../../topology/round.ts'
import { endsRound } from '../../topology/round-verdict.ts'
import type { Wiring } from '../wiring.ts'
import { failureOfRound } from './round-failure.ts'
import { sessionActor, type Tell } from './session-actor.ts'
import { firstTurn, freeTurn } from './turn.ts'
import { visit } from './visit.ts'

/** One attempt under one deadline, from the storm limit's first permit to the last LISTEN. */
export const dial = sessionActor((wiring, tell) => {
  const abort = new AbortController()
  void attempt(wiring, tell, abort.signal)
  return () => abort.abort()
})

async function attempt(wiring: Wiring, tell: Tell, signal: AbortSignal): Promise<void> {
  const { clock } = wiring
  const failures: Failure[] = []
  let round = wiring.beginRound()
  let leftMs = wiring.connectTimeoutMs
  try {
    for (;;) {
      let turn = freeTurn(wiring, round)
      if (turn === undefined) {
        const second = secondPass(round)
        if (second !== undefined) {
          round = second
          continue
        }
        turn = await firstTurn(wiring, round, signal, failures.length > 0 ? leftMs : undefined)
        if (turn === undefined) break
      }
      if (signal.aborted) return turn.permit.released()
      const beganAt = clock.now()
      const bounds = { openMs: leftMs / sharesOf(round), allMs: leftMs, signal }
      const visited = await visit(wiring, turn, round, bounds)
      if (visited === undefined) return
      if (visited.type === 'dial.opened') return tell(visited)
      const { failure } = visited
      failures.push(failure)
      leftMs -= clock.now() - beganAt
      round = without(round, turn.target, visited.hasAnswered)
      if (visited.isOver || endsRound(failure) || wiring.isHopeless(failure) || leftMs <= 0) break
    }
  } catch (error) {
    // It was given up on while it waited for a permit.
    if (signal.aborted) return
    throw error
  }
  const failure = failureOfRound(failures)
  tell({ type: 'dial.failed', failure, delayMs: wiring.nextDelay(failure) })
}
