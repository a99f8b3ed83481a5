// What callers do in a walk.
import type { Session } from '../../../src/index.ts'
import { counterCount } from './counters.ts'
import type { Dice } from './dice.ts'
import type { Said } from './history.ts'
import { listCount } from './lists.ts'
import { choosePatience, left, waiting } from './patience.ts'
import { callersDeed } from './scene.ts'

/** A transaction by hand whose COMMIT was not sent, or was answered by ROLLBACK. */
class NeverCommitted extends Error {}

const changedHerMind = new Error('the caller has changed her mind')

/** COMMIT was not written: a transaction that rejects with what its own caller threw, or aborted with, is rolled back. */
const ofTheCaller = (error: unknown): Said | undefined =>
  error === changedHerMind || error === left ? 'notApplied' : undefined

const list = (dice: Dice): number => dice.between(0, listCount - 1)
const counter = (dice: Dice): number => dice.between(0, counterCount - 1)

export const callersDeeds = {
  append: callersDeed({
    weight: 6,
    choose: (dice) => ({ list: list(dice), isIdempotent: dice.chance(0.2), patience: choosePatience(dice) }),
    act: ({ world, lists }, connection, { isIdempotent, patience, ...choice }) =>
      lists.append(connection, choice.list, { idempotent: isIdempotent, ...waiting(world, patience) }),
  }),
  read: callersDeed({
    weight: 3,
    choose: (dice) => ({ list: list(dice) }),
    act: ({ lists }, connection, choice) => lists.read(connection, choice.list),
  }),
  increment: callersDeed({
    weight: 4,
    choose: (dice) => ({ counter: counter(dice), patience: choosePatience(dice) }),
    act: ({ world, counters }, connection, choice) =>
      counters.increment(connection, choice.counter, waiting(world, choice.patience)),
  }),
  readAddWrite: callersDeed({
    weight: 3,
    choose: (dice) => ({
      counter: counter(dice),
      retry: dice.chance(0.5),
      patience: choosePatience(dice, 200),
    }),
    act: ({ world, counters }, connection, { retry, patience, ...choice }) =>
      counters.readAddWrite(
        choice.counter,
        (work) =>
          connection.transaction(work, {
            isolation: 'repeatable read',
            retry,
            ...waiting(world, patience),
          }),
        { judge: ofTheCaller },
      ),
  }),
  order: callersDeed({
    weight: 5,
    choose: (dice) => ({
      ends: dice.pick(['well', 'well', 'well', 'swallows', 'throws', 'leaves one behind'] as const),
      nests: dice.chance(0.3),
      retry: dice.chance(0.5),
      isIdempotent: dice.chance(0.1),
      verifyCommit: dice.chance(0.4),
      patience: choosePatience(dice, 200),
    }),
    act: ({ world, outbox }, connection, { ends, nests, retry, isIdempotent, verifyCommit, patience }) =>
      outbox.place(
        'by transaction()',
        (store) =>
          connection.transaction(
            async (tx) => {
              await (nests ? tx.transaction((inner) => store(inner)) : store(tx))
              if (ends === 'swallows') await tx.query('select 1/0').catch(() => {})
              if (ends === 'throws') throw changedHerMind
              if (ends === 'leaves one behind') void tx.query('select 1')
            },
            { retry, verifyCommit, idempotent: isIdempotent, ...waiting(world, patience) },
          ),
        isIdempotent ? { mostOften: 9 } : { judge: ofTheCaller },
      ),
  }),
  deliver: callersDeed({
    weight: 2,
    choose: (dice) => ({ retry: dice.chance(0.5) }),
    act: ({ outbox }, connection, options) => outbox.deliver((work) => connection.transaction(work, options)),
  }),
  // Of a session every statement is told by itself; a transaction by hand is what its COMMIT was told.
  session: callersDeed({
    weight: 2,
    choose: (dice) => ({ list: list(dice), thinksMs: dice.between(0, 10), patience: choosePatience(dice) }),
    act: ({ world, lists, outbox }, connection, { thinksMs, patience, ...choice }) =>
      connection
        .session(
          async (session) => {
            await lists.append(session, choice.list)
            await session.query('select pg_sleep($1)', [thinksMs / 1000])
            await outbox.place('by hand', (store) => byHand(session, store), {
              judge: (error) => (error instanceof NeverCommitted ? 'notApplied' : undefined),
            })
          },
          waiting(world, patience),
        )
        .catch(() => {}),
  }),
  listen: callersDeed({
    weight: 1,
    choose: (dice) => ({ channel: `walk_${dice.between(0, 3)}` }),
    act: async (_, connection, { channel }) => {
      const subscription = await connection.listen(channel, () => {}, { timeoutMs: 500 })
      await connection.notify(channel, 'hello', { timeoutMs: 300 })
      await subscription.close()
    },
  }),
  failing: callersDeed({
    weight: 1,
    choose: (dice) => ({ text: dice.pick(['select 1/0', 'select', 'selec', 'select pg_sleep(0.02)']) }),
    act: (_, connection, { text }) => connection.query(text),
  }),
  ready: callersDeed({
    weight: 1,
    choose: () => ({ timeoutMs: 200 }),
    act: (_, connection, options) => connection.ready(options),
  }),
} as const

/** Resolves when COMMIT was answered by COMMIT. */
async function byHand(session: Session, store: (tx: Session) => Promise<void>): Promise<void> {
  try {
    await session.query('begin')
    await store(session)
  } catch (error) {
    await session.query('rollback').catch(() => {})
    throw new NeverCommitted('not committed', { cause: error })
  }
  const { command } = await session.query('commit')
  if (command !== 'COMMIT') throw new NeverCommitted(command)
}
