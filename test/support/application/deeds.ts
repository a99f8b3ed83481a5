// What each event of the model is in the real thing, and what it is answered in each state.
import { expect } from 'vitest'
import type { ApplicationEvent } from '../../model/application.model.ts'
import type { Application } from './application.ts'

const changedHerMind = new Error('the user has changed her mind')
const left = new Error('the user has left')

const told = (asked: Promise<unknown>, error: object) => expect(asked).rejects.toMatchObject(error)
const down = { code: 'CONNECTION_DEAD', outcome: 'notApplied' }
const closed = { code: 'CONNECTION_CLOSED', outcome: 'notApplied' }
const failed = { code: 'CONNECT_FAILED' }

export type Deeds = { readonly [Type in ApplicationEvent['type']]?: (on: Application) => Promise<unknown> }

const stopped: Deeds = {
  'server stopped': (on) => on.lose(() => on.world.server.stop()),
}
const unplugged: Deeds = {
  'network cut': (on) =>
    on.lose(() => {
      on.world.proxy.refuse()
      on.world.proxy.cut()
    }),
  'network frozen': (on) =>
    on.lose((open) => {
      on.world.proxy.freeze()
      // While the user is thinking, nobody asks the server whether it is there.
      open?.tx.query('select 1', [], { timeoutMs: 50 }).catch(() => {})
    }),
}
const mended: Deeds = {
  'server started': (on) => on.recovering(() => on.world.server.start()),
  'network healed': (on) => on.recovering(() => mendNetwork(on)),
  'everything mended': async (on) => {
    await mendNetwork(on)
    await on.world.server.sql('select 1').catch(() => on.world.server.start())
  },
}

const isDown: Deeds = {
  ...mended,
  query: (on) => told(on.query(), down),
  begin: (on) => told(on.begin(), down),
  notify: (on) => told(on.notify(), down),
  listen: (on) => on.listen(),
  connect: (on) => told(on.connection.connect(), failed),
  end: (on) => on.end(),
}
const isClosed: Deeds = {
  ...mended,
  query: (on) => told(on.query(), closed),
  begin: (on) => told(on.begin(), closed),
  'listen in vain': (on) => told(on.connection.listen('orders'), closed),
  end: (on) => on.end(),
}
const isDead: Deeds = { ...isDown, 'listen in vain': (on) => told(on.connection.listen('orders'), down) }
const isOpen: Deeds = {
  query: (on) => on.query(),
  notify: (on) => on.notify(),
  listen: (on) => on.listen(),
  end: (on) => on.end(),
  connect: (on) => told(on.connection.connect(), { code: 'ALREADY_CONNECTED' }),
  'wrong query': (on) => told(on.query('select 1/0'), { code: '22012' }),
}

/** What an event is answered, by the state in which it comes. */
export const deeds: Readonly<Record<string, Deeds>> = {
  connected: {
    ...isOpen,
    ...stopped,
    ...unplugged,
    begin: (on) => on.begin(),
    'wrong query': (on) => told(on.connection.query('select 1/0'), { code: '22012' }),
    'slow query, aborted': async (on) => {
      const controller = on.world.controller()
      const asked = on.connection.query('select pg_sleep(30)', [], { signal: controller.signal })
      await on.world.running(on.connection, '%pg_sleep%')
      controller.abort(left)
      await expect(asked).rejects.toBe(left)
    },
    'backend killed': (on) => on.recovering(() => on.world.kill(on.connection)),
    'backend killed at work': (on) =>
      on.recovering(async () => {
        const asked = on.connection.query('select pg_sleep(30)')
        await on.world.running(on.connection, '%pg_sleep%')
        await on.world.kill(on.connection)
        await told(asked, { code: 'CONNECTION_LOST', outcome: 'unknown' })
      }),
  },
  inTransaction: {
    ...isOpen,
    ...stopped,
    ...unplugged,
    commit: async (on) => expect(await on.conclude(({ finish }) => finish(), true)).toBe('committed'),
    'commit, answer lost': (on) =>
      on.recovering(async () =>
        expect(await on.commitWithoutAnswer()).toMatchObject({ code: 'COMMIT_OUTCOME_UNKNOWN' }),
      ),
    'roll back': async (on) =>
      expect(await on.conclude(({ finish }) => finish(changedHerMind), false)).toBe(changedHerMind),
    abort: async (on) => expect(await on.conclude(({ abort }) => abort(left), false)).toBe(left),
    'backend killed': (on) => on.recovering(() => on.lose(() => on.world.kill(on.connection))),
    'backend killed at work': (on) =>
      on.recovering(() =>
        on.lose(async (open) => {
          open!.tx.query('select pg_sleep(30)').catch(() => {})
          await on.world.running(on.connection, '%pg_sleep%')
          await on.world.kill(on.connection)
        }),
      ),
  },
  failed: {
    ...isOpen,
    ...stopped,
    query: (on) => told(on.query(), { code: '25P02' }),
    commit: async (on) =>
      expect(await on.conclude(({ finish }) => finish(), false)).toMatchObject({
        code: 'TRANSACTION_ABORTED',
        cause: { code: '22012' },
      }),
    'roll back': async (on) =>
      expect(await on.conclude(({ finish }) => finish(changedHerMind), false)).toBe(changedHerMind),
    'backend killed': (on) => on.recovering(() => on.lose(() => on.world.kill(on.connection))),
  },
  down: isDown,
  closed: { ...isClosed, connect: (on) => on.connect() },
  ended: { ...isClosed, connect: (on) => told(on.connection.connect(), failed) },
  givenUp: isDead,
  mended: { ...isDead, connect: (on) => on.connect() },
}

/** The public word of each state. */
export const words = {
  connected: 'connected',
  inTransaction: 'inTransaction',
  failed: 'inTransaction',
  down: 'reconnecting',
  closed: 'closed',
  ended: 'closed',
  givenUp: 'dead',
  mended: 'dead',
} as const

export type State = keyof typeof words

async function mendNetwork({ world }: Application): Promise<void> {
  world.proxy.pass()
  await world.proxy.listen()
}
