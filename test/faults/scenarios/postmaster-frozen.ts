import { killSessions, type Scenario } from '../scenario.ts'

export const postmasterFrozen: Scenario = {
  id: 'S09',
  broken: 'the postmaster stands still, so that nobody new is taken in',
  naive: 'waits for ever: the kernel has accepted its connection',
  callers: 'write',
  costs: 'sessions',
  lasts: [300, 900],
  stopsServer: true,
  strike: async (scene) => {
    // Asked before: a statement of ours needs a session, and a backend needs no postmaster to end.
    await scene.server.sql('select 1')
    scene.server.pausePostmaster()
    await killSessions(scene)
  },
  heal: ({ server }) => server.resume(),
}
