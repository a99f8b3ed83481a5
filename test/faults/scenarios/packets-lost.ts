import { type LossyCable, lacksNamespaces, openLossyCable } from '../../support/network-namespace.ts'
import type { Scenario, Scene } from '../scenario.ts'

const cables = new WeakMap<Scene, LossyCable>()

const onLossyCable = {
  lacks: lacksNamespaces,
  callers: 'write',
  route: async (scene) => {
    const cable = await openLossyCable(scene.server)
    cables.set(scene, cable)
    scene.defer(() => cable.close())
    const url = new URL(scene.server.url)
    url.host = `${cable.host}:${cable.port}`
    return url.href
  },
  strike: (scene) => cables.get(scene)?.lose(),
  heal: (scene) => cables.get(scene)?.heal(),
} satisfies Partial<Scenario>

export const packetsLost: Scenario = {
  ...onLossyCable,
  id: 'S19',
  broken: 'every packet is lost for seconds, and nothing is acknowledged',
  naive: 'hangs until the kernel has given up, a quarter of an hour',
  costs: 'sessions',
  lasts: [2000, 2500],
}

export const packetsLostForAMoment: Scenario = {
  ...onLossyCable,
  id: 'S19',
  broken: 'every packet is lost for a moment',
  naive: 'does well: TCP sends them again',
  costs: 'nothing',
  lasts: [100, 200],
}
