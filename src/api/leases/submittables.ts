// What was made for a client of pg's runs on a session: one after the other, nothing beside it, and none behind the session's
// back. They tell their users themselves what becomes of them; here it only matters that they come to an end.
import type { Submittable } from 'pg'
import { Deadline } from '../../machines/deadline.ts'
import type { Request, RequestLane } from '../../machines/mailbox/request.ts'
import type { Core } from '../core.ts'

/** For one that was left open to close, when its session is given back; then the server session is replaced. */
const closingMs = 500

interface Running {
  readonly request: Request
  readonly ended: Promise<void>
  /** Asks it to end. */
  close(): void
}

const onLane = new WeakMap<RequestLane, Set<Running>>()

export const isSubmittable = (query: unknown): query is Submittable =>
  typeof (query as { submit?: unknown } | null | undefined)?.submit === 'function'

/** What the common ones have besides. */
interface Known {
  readonly text?: unknown
  handleError?(error: unknown, ...more: unknown[]): void
  destroy?(): void
  close?(): unknown
  on?(event: 'error', listener: () => void): void
}

export function submit(core: Core, lane: RequestLane, submittable: Submittable): void {
  const known = submittable as Submittable & Known
  makeHarmless(known)
  let isBegun = false
  const begin = (): Submittable => {
    isBegun = true
    return submittable
  }
  const text = typeof known.text === 'string' ? known.text : ''
  const request = core.newRequest({ text, lane, isSolo: true, submittable: begin })
  const running = onLane.get(lane) ?? new Set()
  onLane.set(lane, running)
  const close = (): void => fenced(() => (known.destroy === undefined ? known.close?.() : known.destroy()))
  const ended = core
    .ask(request)
    // Once it had begun, pg told it.
    .catch((error: unknown) => (isBegun ? undefined : refuse(submittable, error)))
    .then(() => {
      running.delete(one)
    })
  const one: Running = { request, ended, close }
  running.add(one)
}

/** Not at once: its maker has not got it back yet. */
export function refuse(submittable: Submittable, error: unknown): void {
  const known = submittable as Submittable & Known
  makeHarmless(known)
  process.nextTick(() => known.handleError?.(error))
}

/** A stream that nobody listens to, and what pg calls in a tick of its own, would end the process with the session. */
function makeHarmless(known: Known): void {
  fenced(() => known.on?.('error', ignored))
  const { handleError } = known
  known.handleError = (...said) => fenced(() => handleError?.apply(known, said))
}

/** Those that wait are refused, the one that runs is closed; resolves when nothing of them is left. */
export async function endSubmittables(core: Core, lane: RequestLane): Promise<void> {
  const running = [...(onLane.get(lane) ?? [])]
  if (running.length === 0) return
  const error = core.refusals.revoked(lane)
  const wish = { confirmed: error, tooLate: error, cause: error }
  for (const { request, close } of running) {
    if (request.phase === 'queued') core.mailbox.cancel(request, wish, error)
    else close()
  }
  const message = 'what was submitted to a session was left open at its end, and could not be closed'
  const deadline = new Deadline(core.clock, closingMs, () => core.convict(message, error))
  await Promise.all(running.map(({ ended }) => ended))
  deadline.clear()
}

/** Its user's code, or that of a package nobody here has read. */
function fenced(call: () => unknown): void {
  try {
    Promise.resolve(call()).catch(ignored)
  } catch {
    // It is at its end in any case.
  }
}

const ignored = (): void => undefined
