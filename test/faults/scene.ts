import { setTimeout as sleep } from 'node:timers/promises'
import { diceOf } from '../support/nemesis/dice.ts'
import type { TcpProxy } from '../support/tcp-proxy.ts'
import type { TestServer } from '../support/test-server.ts'
import type { Scenario, Scene } from './scenario.ts'

export function openScene(server: TestServer, cable: TcpProxy, seed: number): Scene & AsyncDisposable {
  const undoing: (() => unknown)[] = []
  return {
    server,
    cable,
    dice: diceOf(seed),
    defer: (undo) => undoing.push(undo),
    [Symbol.asyncDispose]: async () => {
      for (const undo of undoing.toReversed()) await undo()
    },
  }
}

/** Strikes, waits as long as it lasts, heals. Returns when each was, in milliseconds of `performance.now()`. */
export async function befall(scene: Scene, { strike, heal, lasts }: Scenario) {
  const struckAt = performance.now()
  await strike(scene)
  if (lasts !== undefined) await sleep(scene.dice.between(...lasts))
  await heal?.(scene)
  // Of what is over at once, the blow is the end as well.
  return { struckAt, healedAt: lasts === undefined ? struckAt : performance.now() }
}
