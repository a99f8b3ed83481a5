// An application that does with its connection what a model says, to which an operator does what the model says; and
// each answer is asserted where it comes.
import assert from 'node:assert/strict'
import {
  type Connection,
  type ConnectionConfig,
  heartbeat,
  type Subscription,
  type Transaction,
} from '../../../src/index.ts'
import { eventually } from '../eventually.ts'
import { completes } from '../tcp-proxy.ts'
import type { World } from '../world.ts'

/** What breaks is found out and mended within a fraction of a second. */
export const hasty: ConnectionConfig = {
  connectTimeoutMs: 250,
  monitors: [heartbeat({ idleMs: 50, timeoutMs: 50 })],
  reconnect: { backoff: () => [0, ...Array<number>(1000).fill(50)] },
}

const channel = 'orders'

interface OpenTransaction {
  readonly tx: Transaction
  readonly marker: string
  readonly whole: Promise<unknown>
  /** The end of the user's work. */
  finish(error?: Error): void
  abort(reason: Error): void
}

export class Application {
  readonly world: World
  readonly connection: Connection
  readonly #heard: string[] = []
  #transaction: OpenTransaction | undefined
  #subscription: Promise<Subscription> | undefined
  #hasHeard = false
  #notifications = 0

  constructor(world: World) {
    this.world = world
    this.connection = world.connection()
  }

  /** One attempt has little time, and a busy machine has not. */
  connect(): Promise<Connection> {
    return this.connection.connect({ deadlineMs: 10_000 })
  }

  /** Inside of the transaction, if one is open. */
  query(text = 'select 1'): Promise<unknown> {
    return this.#transaction?.tx.query(text) ?? this.world.write(this.connection)
  }

  async begin(): Promise<void> {
    let finish!: OpenTransaction['finish']
    const finished = new Promise<void>((resolve, reject) => {
      finish = (error) => (error === undefined ? resolve() : reject(error))
    })
    const controller = this.world.controller()
    let whole!: Promise<unknown>
    const opened = new Promise<Pick<OpenTransaction, 'tx' | 'marker'>>((resolve, reject) => {
      whole = this.world.operation((marker) =>
        this.connection.transaction(
          async (tx) => {
            await tx.query(this.world.insert, [marker])
            resolve({ tx, marker })
            await finished
          },
          { signal: controller.signal },
        ),
      )
      whole.catch(reject)
    })
    const abort = (reason: Error): void => controller.abort(reason)
    this.#transaction = { ...(await opened), whole, finish, abort }
  }

  /** Ends the open transaction one way or another, and answers what became of it; the world looks again in the end. */
  async conclude(
    end: (transaction: OpenTransaction) => unknown,
    isStored: boolean | 'later',
  ): Promise<unknown> {
    const open = this.#transaction!
    this.#transaction = undefined
    await end(open)
    const told = await open.whole.then(
      () => 'committed',
      (error: unknown) => error,
    )
    if (isStored !== 'later') assert.equal(await this.world.applied(open.marker), isStored)
    return told
  }

  /** Whatever ends the session; a server that is away can't be asked whether the transaction is stored. */
  async lose(cause: (open: OpenTransaction | undefined) => unknown): Promise<void> {
    if (this.#transaction === undefined) return void (await cause(undefined))
    const { connection } = this
    const before = this.#losses
    const told = await this.conclude(async (open) => {
      await cause(open)
      // Else the user's work might end first, and COMMIT be written.
      const isLost = () => this.#losses > before || connection.state === 'closed'
      await eventually(isLost, { what: 'the loss is noticed' })
      open.finish()
    }, 'later')
    assert.equal((told as { outcome?: string }).outcome, 'notApplied', String(told))
  }

  async notify(): Promise<void> {
    const payload = `payload ${++this.#notifications}`
    if (this.#transaction === undefined) await this.connection.notify(channel, payload)
    else await this.#transaction.tx.notify(channel, payload)
  }

  async listen(): Promise<void> {
    this.#subscription = this.connection.listen(channel, ({ payload }) => void this.#heard.push(payload))
    this.#subscription.catch(() => {})
    if (this.connection.isUsable && this.#transaction === undefined) await this.#subscription
  }

  /** Once LISTEN stands, nothing that somebody else notifies is missed. */
  async hears(): Promise<void> {
    await this.#subscription
    const payload = `payload ${++this.#notifications}`
    await this.world.server.sql('select pg_notify($1, $2)', [channel, payload])
    await eventually(() => this.#heard.includes(payload), { what: 'the notification is heard' })
    this.#hasHeard = true
  }

  /** Subscriptions end with the connection. */
  async end(): Promise<void> {
    await this.lose(() => this.connection.end())
    this.#subscription = undefined
    this.#hasHeard = false
  }

  /** Waits for the session after the present one, and for the gap that was told where one was listened to. */
  async recovering(cause: () => unknown): Promise<void> {
    const { world, connection } = this
    const [sessions, gaps] = [world.noticesOf(connection, 'connected').length, this.#gaps]
    await cause()
    await world.told(connection, 'connected', sessions + 1)
    if (this.#hasHeard) assert.equal(this.#gaps, gaps + 1, 'a gap is told')
  }

  async commitWithoutAnswer(): Promise<unknown> {
    const { world } = this
    const commit = world.proxy.holdNext(completes('COMMIT'), 'toClient')
    return this.conclude(async ({ finish }) => {
      finish()
      await commit.arrived()
      world.proxy.cut()
      world.proxy.pass()
    }, true)
  }

  get #losses(): number {
    return this.world.noticesOf(this.connection, 'lost').length
  }

  get #gaps(): number {
    return this.world.noticesOf(this.connection, 'gap').length
  }
}
