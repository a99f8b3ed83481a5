// What is done with each session besides the users' statements: its preparation, its recovery handlers, its monitors.
import { Deadline } from '../../machines/deadline.ts'
import type { RequestLane } from '../../machines/mailbox/request.ts'
import type { MonitorWatch } from '../../machines/wiring.ts'
import type { Core } from '../core.ts'
import type { Channels } from '../listening/channels.ts'
import { callFenced } from '../notices/call-fenced.ts'
import type { Session } from '../session.ts'
import { setDeadMan } from './dead-man.ts'
import { LentSession } from './lent-session.ts'
import { Watched } from './watched-session.ts'

export type RecoveryHandler = (session: Session) => unknown

export class SessionCare {
  /** Made with the first one. */
  #recoveryHandlers: Set<RecoveryHandler> | undefined
  readonly #core: () => Core
  readonly #channels: Channels

  constructor(core: () => Core, channels: Channels) {
    this.#core = core
    this.#channels = channels
  }

  addRecoveryHandler(handler: RecoveryHandler): void {
    this.#recoveryHandlers ??= new Set()
    this.#recoveryHandlers.add(handler)
  }

  removeRecoveryHandler(handler: RecoveryHandler): void {
    this.#recoveryHandlers?.delete(handler)
  }

  /** Settings, setup, LISTENs, in this order, before anything else runs on the session. */
  async prepare(lane: RequestLane): Promise<{ listeningSince: number; channels: readonly string[] }> {
    const core = this.#core()
    const { settings, setup } = core.settings
    const run = (text: string, values?: readonly unknown[]) =>
      core.ask(core.newRequest({ text, values, lane }))
    this.#channels.lost()
    // Before what users set, and in one round trip with it.
    const deadMan = core.settings.hasDeadMan ? setDeadMan(core, lane) : undefined
    const names = Object.entries(settings)
    if (names.length > 0) {
      const calls = names.map((_, index) => `set_config($${2 * index + 1}, $${2 * index + 2}, false)`)
      await run(`SELECT ${calls.join(', ')}`, names.flat())
    }
    await deadMan
    if (setup !== undefined) {
      await new LentSession(core, lane).run(setup)
      await this.#leaveNoTransaction(lane, 'setup')
    }
    const channels = await this.#channels.restore(run)
    return { listeningSince: core.clock.now(), channels }
  }

  /** One after the other, all within connectTimeoutMs; what fails or takes too long is reported and passed over. */
  async recover(signal: AbortSignal): Promise<void> {
    const { clock, settings, mailbox, notices } = this.#core()
    const { connectTimeoutMs } = settings
    const lane = mailbox.openLane
    const late = new Error(`recovery handlers did not end within ${connectTimeoutMs} ms`)
    let deadline: Deadline | undefined
    const timeout = new Promise<never>((_, reject) => {
      deadline = new Deadline(clock, connectTimeoutMs, () => reject(late))
    })
    timeout.catch(() => undefined)
    // A handler that never ends keeps nothing waiting, and no timer set, once nobody waits for it.
    const aborted = new Promise<void>((resolve) => {
      const abort = (): void => {
        deadline?.clear()
        resolve()
      }
      signal.addEventListener('abort', abort, { once: true })
    })
    // Listeners, which run in a microtask, hear of the gap first.
    await Promise.resolve()
    for (const handler of [...(this.#recoveryHandlers ?? [])]) {
      if (signal.aborted) return
      const lent = new LentSession(this.#core(), lane)
      const finish = (): Promise<void> => this.#leaveNoTransaction(lane, 'a recovery handler')
      try {
        await Promise.race([following(lent.run(handler), finish), timeout, aborted])
      } catch (error) {
        if (signal.aborted) return
        notices.reportError(error, 'a recovery handler')
        if (error !== late) continue
        lent.revoke(late)
        await Promise.race([finish().catch(ignored), aborted])
        return
      }
    }
    deadline?.clear()
  }

  startMonitors(watch: MonitorWatch): () => void {
    const core = this.#core()
    const endings = core.settings.monitors.map((monitor) => {
      const report = (error: unknown): void =>
        core.notices.reportError(error, `the monitor '${monitor.name}'`)
      const watched = new Watched(core, watch)
      const stop = callFenced(() => monitor.start(watched), report)
      return (): void => {
        watched.end()
        if (typeof stop === 'function') callFenced(stop, report)
      }
    })
    return () => {
      for (const end of endings) end()
    }
  }

  /** What comes next on the session must not end up in a transaction that nobody knows of. */
  async #leaveNoTransaction(lane: RequestLane, whose: string): Promise<void> {
    const core = this.#core()
    const run = (text: string) => core.ask(core.newRequest({ text, lane }))
    // The status is true only behind what is still in flight.
    if (core.mailbox.oldest !== undefined) await run('')
    const { wire } = core.mailbox
    if (wire === undefined || wire.transactionStatus === 'I') return
    const message = `${whose} on ${core.settings.name} left a transaction open; it was rolled back`
    core.notices.publish({ type: 'warning', reason: 'transactionLeftOpen', message })
    await run('ROLLBACK')
  }
}

async function following(work: Promise<void>, finish: () => Promise<void>): Promise<void> {
  try {
    await work
  } finally {
    await finish()
  }
}

/** A session that is lost is noticed where it is lost. */
const ignored = (): void => undefined
