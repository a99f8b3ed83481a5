// What goes wrong in a walk: to backends, to the server, to the cable, by the hands of the application.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from '../../../src/index.ts'
import type { Dice } from './dice.ts'
import { disaster, type Scene } from './scene.ts'

const directions = ['toServer', 'toClient', undefined] as const

const aWhile = (dice: Dice) => ({ forMs: dice.between(1, 150) })
const oneOfUs = (dice: Dice) => ({ whose: dice.between(0, 3) })
const oneOfTheCallers = (dice: Dice) => ({ whose: dice.between(0, 2) })

/** The last is the listener's. */
const pick = ({ connections, listener }: Scene, whose: number): Connection => connections[whose] ?? listener

async function onBackend(scene: Scene, whose: number, sql: string): Promise<void> {
  const { processId } = pick(scene, whose)
  if (processId !== undefined) await scene.world.server.sql(sql, [processId])
}

export const disasters = {
  backendKilled: disaster({
    weight: 4,
    choose: oneOfUs,
    strike: (scene, { whose }) => onBackend(scene, whose, 'select pg_terminate_backend($1)'),
  }),
  /** By an administrator, not by us: nobody asked for it. */
  statementCancelled: disaster({
    weight: 3,
    choose: oneOfUs,
    strike: (scene, { whose }) => onBackend(scene, whose, 'select pg_cancel_backend($1)'),
  }),
  serverStopped: disaster({
    weight: 1,
    choose: (dice) => ({ mode: dice.pick(['fast', 'immediate', 'killed'] as const), ...aWhile(dice) }),
    strike: async ({ world: { server } }, { mode, forMs }) => {
      if (!server.canBeStopped) return
      await (mode === 'killed' ? server.kill() : server.stop(mode))
      await sleep(forMs)
      await server.start()
    },
  }),
  serverPaused: disaster({
    weight: 1,
    choose: aWhile,
    strike: async ({ world: { server } }, { forMs }) => {
      if (!server.canBeStopped) return
      server.pause()
      await sleep(forMs)
      server.resume()
    },
  }),
  cableCut: disaster({ weight: 3, choose: () => ({}), strike: ({ world }) => world.proxy.cut() }),
  politeEnd: disaster({ weight: 1, choose: () => ({}), strike: ({ world }) => world.proxy.fin() }),
  halfClosed: disaster({
    weight: 1,
    choose: (dice) => ({ side: dice.pick(['client', 'server'] as const) }),
    strike: ({ world }, { side }) => world.proxy.halfClose(side),
  }),
  nonsense: disaster({
    weight: 1,
    choose: () => ({}),
    strike: ({ world }) => world.proxy.corrupt('toClient'),
  }),
  cableSlow: disaster({
    weight: 2,
    choose: (dice) => ({ latencyMs: dice.between(1, 10), bytes: dice.between(1, 50), ...aWhile(dice) }),
    strike: async ({ world: { proxy } }, { latencyMs, bytes, forMs }) => {
      proxy.latency(latencyMs)
      proxy.slice(bytes)
      await sleep(forMs)
      proxy.pass()
    },
  }),
  cableFrozen: disaster({
    weight: 2,
    choose: (dice) => ({ direction: dice.pick(directions), ...aWhile(dice) }),
    strike: async ({ world: { proxy } }, { direction, forMs }) => {
      proxy.freeze(direction)
      await sleep(forMs)
      proxy.pass()
    },
  }),
  /** What was sent meanwhile is lost for good, and the socket stays open. */
  bytesLost: disaster({
    weight: 2,
    choose: (dice) => ({ direction: dice.pick(directions), ...aWhile(dice) }),
    strike: async ({ world: { proxy } }, { direction, forMs }) => {
      proxy.blackhole(direction)
      await sleep(forMs)
      proxy.pass()
    },
  }),
  refused: disaster({
    weight: 2,
    choose: aWhile,
    strike: async ({ world: { proxy } }, { forMs }) => {
      proxy.refuse()
      proxy.cut()
      await sleep(forMs)
      await proxy.listen()
    },
  }),
  judgedDead: disaster({
    weight: 1,
    choose: oneOfUs,
    strike: (scene, { whose }) => {
      const error = Object.assign(new Error('told by somebody'), { code: 'ECONNRESET' })
      pick(scene, whose).checkForDeath(error)
    },
  }),
  /** Skips the wait before the next attempt, or is refused. */
  connectAsked: disaster({
    weight: 1,
    choose: oneOfUs,
    strike: (scene, { whose }) =>
      pick(scene, whose)
        .connect({ deadlineMs: 300 })
        .catch(() => {}),
  }),
  endedAndBegunAgain: disaster({
    weight: 1,
    choose: (dice) => ({
      ...oneOfTheCallers(dice),
      isDestroyed: dice.chance(0.5),
      drainMs: dice.between(0, 50),
    }),
    strike: async (scene, { whose, isDestroyed, drainMs }) => {
      const connection = pick(scene, whose)
      if (isDestroyed) connection.destroy()
      await connection.end({ drainMs })
      await connection.connect({ deadlineMs: 1000 }).catch(() => {})
    },
  }),
} as const
