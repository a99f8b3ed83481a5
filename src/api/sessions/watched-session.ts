// What a monitor is handed, for as long as its session lives. An idle connection keeps one for life, so what few monitors
// look at is made when they do: an AbortSignal alone takes more than a kilobyte.
import type { Clock } from '../../backoff/clock.ts'
import { stormLimitFor } from '../../backoff/storm-limit.ts'
import type { MonitorWatch } from '../../machines/wiring.ts'
import type { Core } from '../core.ts'
import { MonitorSession } from '../leases/session-handle.ts'
import type { Session } from '../session.ts'
import type { HostDoor } from './host-question.ts'
import { LentSession } from './lent-session.ts'
import type { WatchedSession } from './monitor.ts'

export class Watched implements WatchedSession {
  readonly clock: Clock
  readonly #core: Core
  readonly #watch: MonitorWatch
  #lent: LentSession | undefined
  #session: Session | undefined
  #ended: AbortController | undefined
  #isOver = false

  constructor(core: Core, watch: MonitorWatch) {
    this.#core = core
    this.#watch = watch
    this.clock = core.clock
  }

  get session(): Session {
    this.#lent ??= new LentSession(this.#core, this.#core.mailbox.root)
    this.#lent.isOver = this.#isOver
    this.#session ??= new MonitorSession(this.#lent)
    return this.#session
  }

  get signal(): AbortSignal {
    this.#ended ??= new AbortController()
    if (this.#isOver) this.#ended.abort()
    return this.#ended.signal
  }

  // Own and bound: a monitor may take its watch apart.
  readonly report = (failure: { message: string; code?: string }): void => {
    if (!this.#isOver) this.#watch.report(failure)
  }

  readonly retire = (reason: string): void => {
    if (!this.#isOver) this.#watch.retire(reason)
  }

  readonly lastActivityAt = (): number => this.#core.berth.wire?.lastByteAt ?? this.clock.now()

  isQuiet(): boolean {
    return this.#core.mailbox.isQuiet
  }

  isOver(): boolean {
    return this.#isOver
  }

  async checkRole(): Promise<void> {
    await this.#core.wiring.hosts?.recheck(async (text) => {
      const { rows } = await this.session.query<Record<string, unknown>>(text)
      return rows[0] ?? {}
    })
  }

  door(): HostDoor | undefined {
    const { wire } = this.#core.berth
    if (wire?.remote === undefined || wire.inquire === undefined) return undefined
    const { host, port } = wire.host
    return {
      key: wire.remote,
      limit: stormLimitFor(`${host}:${port}`, this.clock),
      inquire: (signal) => wire.inquire?.(signal) ?? Promise.resolve(),
    }
  }

  end(): void {
    this.#isOver = true
    if (this.#lent !== undefined) this.#lent.isOver = true
    this.#ended?.abort()
  }
}
