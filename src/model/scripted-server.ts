// A PostgreSQL that isn't there: a driver whose sessions a script answers, and that can be lost, stopped and frozen.
import type { Driver, Statement, WireConfig, WireFact } from '../drivers/driver.ts'
import { pgDriver } from '../drivers/pg-driver.ts'
import { nextTurn, ScriptedSession, type Sent, type SessionHost } from './scripted-session.ts'
import type { Answer } from './scripted-wire.ts'

export class ScriptedServer implements Driver, SessionHost {
  readonly name = 'model'
  readonly place = { host: 'model', port: 5432 }
  readonly capabilities = {
    cancel: true,
    sessions: true,
    notifications: 'process',
    outages: true,
    copyIn: false,
    tls: false,
  } as const
  readonly prepareValues = pgDriver.prepareValues
  readonly sessions = new Set<ScriptedSession>()
  /** What attempts to connect fail by. */
  refusal: unknown
  thawed: Promise<void> = Promise.resolve()
  readonly #script: (statement: Statement, processId: number) => Promise<Answer>
  #thaw: (() => void) | undefined
  #lastProcessId = 0
  /** How much has happened so far, to be compared. */
  activity = 0

  constructor(script: (statement: Statement, processId: number) => Promise<Answer>) {
    this.#script = script
  }

  open({ now }: WireConfig, report: (fact: WireFact) => void): ScriptedSession {
    const session = new ScriptedSession(this, ++this.#lastProcessId, report, now)
    void this.#admit(session)
    return session
  }

  scripted(statement: Statement, processId: number): Promise<Answer> {
    this.activity++
    return this.#script(statement, processId)
  }

  notify(sender: { readonly processId: number }, sent: readonly Sent[]): void {
    this.activity++
    for (const each of sent)
      for (const session of this.sessions)
        if (session.listensTo.has(each[0])) session.hear(each, sender.processId)
  }

  left(session: ScriptedSession): void {
    this.activity++
    this.sessions.delete(session)
  }

  lose(error?: unknown): void {
    for (const session of [...this.sessions]) session.lose(error)
  }

  freeze(): void {
    if (this.#thaw !== undefined) return
    this.thawed = new Promise((resolve) => {
      this.#thaw = resolve
    })
  }

  thaw(): void {
    this.#thaw?.()
    this.#thaw = undefined
  }

  async #admit(session: ScriptedSession): Promise<void> {
    this.activity++
    await nextTurn()
    await this.thawed
    if (session.isLost) return
    if (this.refusal !== undefined) return session.lose(this.refusal)
    this.sessions.add(session)
    session.open()
  }
}
