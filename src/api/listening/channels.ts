// Which channels are wanted, by whom, and whether LISTEN stands on the present session. A subscription outlives sessions:
// LISTEN is issued again on each new one before anything that waits in the queue.
import type { QueryResult } from 'pg'
import type { Notification } from '../../drivers/driver.ts'
import { ConnectionClosedError } from '../../errors/session-errors.ts'
import type { Core } from '../core.ts'
import { quoteName } from '../requests/identifiers.ts'
import type { LiveSubscription } from './live-subscription.ts'

interface Channel {
  readonly name: string
  readonly subscriptions: Set<LiveSubscription>
  readonly waiting: Set<{ resolve(): void; reject(error: unknown): void }>
  /** asked: LISTEN is on its way · standing: the server has answered it */
  stage: 'wanted' | 'asked' | 'standing'
  /** Somebody was told that LISTEN stands: what is missed from then on is told as a gap. */
  isPromised: boolean
}

/** Of all that listen to nothing: an empty map of its own takes 200 bytes of every idle connection. */
const none: Map<string, Channel> = new Map()

export class Channels {
  readonly #core: () => Core
  #channels = none
  /** What the present session was told to LISTEN to, wanted still or not. */
  #asked: Set<string> | undefined
  /** Since when LISTENs may be gone that the user ended by UNLISTEN or DISCARD. */
  #doubtedSince: number | undefined
  #isLooking = false

  constructor(core: () => Core) {
    this.#core = core
  }

  add(subscription: LiveSubscription): void {
    const { channel: name } = subscription
    const fresh: Channel = {
      name,
      subscriptions: new Set(),
      waiting: new Set(),
      stage: 'wanted',
      isPromised: false,
    }
    const channel = this.#channels.get(name) ?? fresh
    if (this.#channels === none) this.#channels = new Map()
    this.#channels.set(name, channel)
    channel.subscriptions.add(subscription)
  }

  /** Resolves once LISTEN stands, on this session or the next, and that is usable. */
  stands(name: string): Promise<void> {
    const channel = this.#channels.get(name)
    if (channel === undefined) return Promise.reject(this.#ended())
    if (channel.stage === 'standing' && this.#isUsable()) return Promise.resolve()
    return new Promise((resolve, reject) => {
      channel.waiting.add({ resolve, reject })
      if (channel.stage === 'wanted' && this.#isUsable()) this.#ask(channel)
    })
  }

  /** The last subscription of a channel takes its LISTEN along. */
  async remove(subscription: LiveSubscription): Promise<void> {
    const channel = this.#channels.get(subscription.channel)
    if (channel === undefined || !channel.subscriptions.delete(subscription)) return
    if (channel.subscriptions.size > 0) return
    this.#channels.delete(channel.name)
    for (const { reject } of channel.waiting) reject(this.#ended())
    if (this.#isUsable()) await this.#unlisten(channel.name)
  }

  async removeAll(name: string): Promise<void> {
    const { subscriptions } = this.#channels.get(name) ?? { subscriptions: [] }
    await Promise.all([...subscriptions].map((subscription) => subscription.close()))
  }

  deliver(notification: Notification): void {
    const channel = this.#channels.get(notification.channel)
    if (channel === undefined) return
    for (const subscription of channel.subscriptions) subscription.push(notification)
  }

  /** LISTENs on a session that is being prepared, for as long as there is one that does not stand; resolves to those promised before. */
  async restore(run: (sql: string) => Promise<unknown>): Promise<string[]> {
    const names: string[] = []
    for (;;) {
      const missing = [...this.#channels.values()].filter(({ stage }) => stage === 'wanted')
      if (missing.length === 0) return names
      for (const channel of missing) this.#isAskedFor(channel)
      await Promise.all(missing.map(({ name }) => run(`LISTEN ${quoteName(name)}`)))
      for (const channel of missing) channel.stage = 'standing'
      names.push(...missing.filter(({ isPromised }) => isPromised).map(({ name }) => name))
    }
  }

  /** The session is usable: what came to be wanted, or no longer is, while it was restored is made good. */
  attached(): void {
    for (const channel of this.#channels.values()) {
      if (channel.stage === 'standing') this.#stand(channel)
      else if (channel.stage === 'wanted') this.#ask(channel)
    }
    for (const name of this.#asked ?? []) if (!this.#channels.has(name)) void this.#unlisten(name)
    void this.#look()
  }

  /** The user may have ended LISTENs of ours: those that are gone are issued again, and what was missed is told as a gap. */
  doubt(since: number): void {
    this.#doubtedSince ??= since
    void this.#look()
  }

  /** The session is gone, and every LISTEN with it. */
  lost(): void {
    this.#asked = undefined
    this.#doubtedSince = undefined
    for (const channel of this.#channels.values()) channel.stage = 'wanted'
  }

  /** The connection is given up: nobody is kept waiting; the subscriptions stay for a later connect(). */
  refuseWaiting(error: unknown): void {
    for (const { waiting } of this.#channels.values()) {
      for (const { reject } of waiting) reject(error)
      waiting.clear()
    }
  }

  end(): void {
    const channels = [...this.#channels.values()]
    this.#channels.clear()
    for (const { subscriptions, waiting } of channels) {
      for (const { reject } of waiting) reject(this.#ended())
      for (const subscription of subscriptions) subscription.end()
    }
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return
    this.#isLooking = true
    while (this.#doubtedSince !== undefined && this.#isUsable()) {
      const since = this.#doubtedSince
      this.#doubtedSince = undefined
      // A session that is lost restores them all, and tells of it.
      await this.#mend(since).catch(() => undefined)
    }
    this.#isLooking = false
  }

  async #mend(since: number): Promise<void> {
    const standing = [...this.#channels.values()].filter(({ stage }) => stage === 'standing')
    if (standing.length === 0) return
    const known = (await this.#run('SELECT pg_listening_channels() AS name')) as QueryResult<{ name: string }>
    const names = new Set(known.rows.map(({ name }) => name))
    const gone = standing.filter(({ name, stage }) => stage === 'standing' && !names.has(name))
    const missed = gone.map(({ name }) => name).filter((name) => this.#channels.has(name))
    if (missed.length === 0) return
    for (const channel of gone) channel.stage = 'wanted'
    await Promise.all(missed.map((name) => this.stands(name)))
    const { clock, notices } = this.#core()
    notices.publish({ type: 'gap', channels: missed, from: since, to: clock.now(), reason: 'lost' })
  }

  #isAskedFor(channel: Channel): void {
    channel.stage = 'asked'
    this.#asked ??= new Set()
    this.#asked.add(channel.name)
  }

  async #unlisten(name: string): Promise<void> {
    // A lost session listens to nothing any more, so its loss is no failure of this.
    if (this.#asked?.delete(name)) await this.#run(`UNLISTEN ${quoteName(name)}`).catch(() => undefined)
  }

  #ask(channel: Channel): void {
    this.#isAskedFor(channel)
    this.#run(`LISTEN ${quoteName(channel.name)}`).then(
      () => {
        if (channel.stage === 'asked') this.#stand(channel)
      },
      (error: unknown) => {
        // The next session's preparation asks again; whoever waits goes on waiting.
        if (!this.#isUsable() || channel.stage !== 'asked') return
        channel.stage = 'wanted'
        for (const { reject } of channel.waiting) reject(error)
        channel.waiting.clear()
      },
    )
  }

  #stand(channel: Channel): void {
    channel.stage = 'standing'
    channel.isPromised = true
    for (const { resolve } of channel.waiting) resolve()
    channel.waiting.clear()
  }

  #run(sql: string): Promise<unknown> {
    const core = this.#core()
    return core.ask(core.newRequest({ text: sql, lane: core.mailbox.root }))
  }

  #isUsable(): boolean {
    return this.#core().isAttached
  }

  #ended(): Error {
    const { name } = this.#core().settings
    return new ConnectionClosedError(`a subscription on ${name} was closed before its LISTEN stood`, {
      connectionName: name,
    })
  }
}
