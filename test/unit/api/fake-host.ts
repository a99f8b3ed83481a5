import { afterEach } from 'vitest'
import type { HostDoor } from '../../../src/api/sessions/host-question.ts'
import { heartbeat } from '../../../src/index.ts'
import { FakeSession } from './watched-session.ts'

export const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

/** A host with nobody behind it: who asks for it is kept, and answered by hand. */
export class FakeHost {
  readonly key: string
  readonly asked: { answer(): void; fail(code: string): void; readonly signal: AbortSignal }[] = []
  /** How attempts to reach it ended, for the storm limit. */
  readonly endings: string[] = []
  readonly waiting: (() => void)[] = []
  isFull = false

  constructor(key: string) {
    this.key = key
  }

  get door(): HostDoor {
    const permit = () => {
      let isSettled = false
      const end = (as: string) => () => {
        if (!isSettled) this.endings.push(as)
        isSettled = true
      }
      return {
        succeeded: end('succeeded'),
        unfit: end('unfit'),
        failed: end('failed'),
        abandoned: end('abandoned'),
        released: end('released'),
      }
    }
    return {
      key: this.key,
      limit: {
        tryAcquire: () => (this.isFull ? undefined : permit()),
        acquire: () => new Promise((resolve) => this.waiting.push(() => resolve(permit()))),
      },
      inquire: (signal) =>
        new Promise((resolve, reject) => {
          const fail = (code: string) => reject(Object.assign(new Error(code), { code }))
          this.asked.push({ answer: resolve, fail, signal })
        }),
    }
  }

  /** Questions that are neither answered nor given up. */
  get open(): number {
    return this.asked.filter(({ signal }) => !signal.aborted).length
  }
}

const options = { idleMs: 1000, timeoutMs: 400 }
export const verdict = [{ message: 'no sign of life from the server within 400 ms' }]

/** A session at work, of that host, and its heartbeat. */
export function busy(host: FakeHost | undefined, beside?: FakeSession, given = options): FakeSession {
  const session = new FakeSession(beside)
  session.quiet = false
  session.reached = host?.door
  stops.push(heartbeat(given).start(session) as () => void)
  return session
}
