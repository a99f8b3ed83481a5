// What a supervisor does to its resource, each for as long as a state lasts. Nothing of it can hang: a close() is waited
// for as long as that of a session, a connect() as long as an attempt may take.
import { fromCallback } from 'xstate'
import { RequestTimeoutError } from '../../errors/request-errors.ts'
import { Deadline } from '../deadline.ts'
import { closeMs } from '../session/close-wire.ts'
import { failureOfError } from '../session/record-failure.ts'
import type { Supervised } from './supervised.ts'
import type { SupervisorEvent } from './supervisor.events.ts'

type Actor = (tell: (fact: SupervisorEvent) => void) => () => void
const actor = (work: Actor) => fromCallback<SupervisorEvent>(({ sendBack }) => work(sendBack))

export function actorsFor(supervised: Supervised) {
  const { clock, connectTimeoutMs } = supervised
  let attempts = 0

  /** At once where close() returns no promise: then a first delay of 0 connects in the same breath. */
  function close(closed: () => void): () => void {
    const answer = closeFenced(supervised)
    if (answer === undefined) {
      closed()
      return () => undefined
    }
    let isOver = false
    const done = (): void => {
      if (!isOver) closed()
      leave()
    }
    const timer = clock.setTimeout(done, closeMs)
    const leave = (): void => {
      isOver = true
      clock.clearTimeout(timer)
    }
    answer.then(done, done)
    return leave
  }

  return {
    bury: actor((tell) => close(() => tell({ type: 'closed', delayMs: supervised.nextDelay() }))),
    close: actor((tell) => close(() => tell({ type: 'closed' }))),

    attempt: actor((tell) => {
      const number = ++attempts
      let isOver = false
      const leave = (): void => {
        isOver = true
        deadline.clear()
      }
      const opened = (): void => {
        if (!isOver) tell({ type: 'attempt.opened' })
        // Nobody waits for this one any more, and no other was begun: what it opened must not stay.
        else if (number === attempts) void closeFenced(supervised)
      }
      const failed = (error: unknown): void => {
        if (isOver) return
        const failure = failureOfError(error, { phase: 'connecting', at: clock.now() })
        tell({ type: 'attempt.failed', failure })
      }
      const message = `connect() was not done after ${connectTimeoutMs} ms`
      const deadline = new Deadline(clock, connectTimeoutMs, () =>
        failed(new RequestTimeoutError(message, { phase: 'execution', outcome: 'unknown' })),
      )
      // An async function calls connect() now, and turns what it throws into a rejection.
      const connect = async (): Promise<unknown> => supervised.connect()
      connect().then(opened, failed)
      return leave
    }),

    restore: actor((tell) => {
      const abort = new AbortController()
      void supervised.recover(abort.signal).then(() => {
        if (!abort.signal.aborted) tell({ type: 'restored' })
      })
      return () => abort.abort()
    }),
  }
}

/** What is broken may well fail to close: that is no news. */
function closeFenced(supervised: Supervised): Promise<void> | undefined {
  try {
    const answer = supervised.close()
    if (typeof (answer as PromiseLike<unknown> | undefined)?.then !== 'function') return undefined
    return Promise.resolve(answer).then(ignored, ignored)
  } catch {
    return undefined
  }
}

const ignored = (): void => undefined
