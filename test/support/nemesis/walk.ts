// Walks a plan on a real server, and says what was wrong in the end: with the world, or with what is stored.
import { setTimeout as sleep } from 'node:timers/promises'
import { type Connection, type ConnectionConfig, heartbeat } from '../../../src/index.ts'
import { eventually } from '../eventually.ts'
import type { TestServer } from '../test-server.ts'
import { openWorld, type World } from '../world.ts'
import { callersDeeds } from './callers-deeds.ts'
import { Counters } from './counters.ts'
import { disasters } from './disasters.ts'
import { History } from './history.ts'
import { Lists } from './lists.ts'
import { Outbox } from './outbox.ts'
import type { CallersStep, NemesisStep, Step } from './plan.ts'
import type { CallersDeed, Disaster, Scene } from './scene.ts'

const config: ConnectionConfig = {
  statementTimeoutMs: 400,
  connectTimeoutMs: 1000,
  monitors: [heartbeat({ idleMs: 200, timeoutMs: 200 })],
  reconnect: { backoff: () => [0, ...Array<number>(1000).fill(150)] },
}

/** One for each manner of being down, and one without a pipeline; callers share them. */
const ofCallers: readonly ConnectionConfig[] = [
  config,
  { ...config, whileDown: { waitMs: 2000 } },
  { ...config, whileDown: { waitMs: 100 }, pipeline: false },
]

export interface Walked {
  readonly faults: readonly string[]
  readonly history: History
  readonly losses: number
}

export async function walk(server: TestServer, plan: readonly Step[]): Promise<Walked> {
  const history = new History()
  const workloads = {
    lists: new Lists(history),
    counters: new Counters(history),
    outbox: new Outbox(history),
  }
  const checked = Object.values(workloads)
  for (const workload of checked) await workload.prepare(server)
  let losses = 0
  const faults = await faultsOf(async () => {
    await using world = await openWorld({ server, proxy: true, patienceMs: 10_000 })
    const opened = (each: ConnectionConfig) => world.connection(each).connect({ deadlineMs: 10_000 })
    const connections = await Promise.all(ofCallers.map(opened))
    const scene = { world, connections, listener: await opened(config), ...workloads }
    await scene.outbox.listen(scene.listener)
    await act(scene, plan)
    for (const connection of [...connections, scene.listener]) {
      losses += world.noticesOf(connection, 'lost').length
      await worksAgain(world, connection)
    }
    await scene.outbox.heardAll(scene.listener)
  })
  // The world has ended, and with it every backend that could still have written something.
  for (const workload of checked) faults.push(...(await workload.faults(server)))
  return { faults, history, losses }
}

async function act(scene: Scene, plan: readonly Step[]): Promise<void> {
  const over = new AbortController()
  const ofCaller = (who: number) => plan.filter(isCallers).filter((step) => step.who === who)
  const callers = new Set(plan.filter(isCallers).map(({ who }) => who))
  const nemesis = plan.filter((step) => !isCallers(step))
  const striking = strike(scene, nemesis, over.signal)
  await Promise.all([...callers].map((who) => call(scene, ofCaller(who))))
  over.abort()
  await striking
  scene.world.proxy.pass()
  await scene.world.settled(10_000)
}

async function call(scene: Scene, steps: readonly CallersStep[]): Promise<void> {
  const doing: Promise<unknown>[] = []
  for (const { who, pauseMs, does, choice, isAwaited } of steps) {
    if (pauseMs > 0) await sleep(pauseMs)
    const connection = scene.connections[who % scene.connections.length]!
    const deed = callersDeeds[does] as CallersDeed<object>
    const done = deed.act(scene, connection, choice).catch(() => {})
    doing.push(done)
    if (isAwaited) await done
  }
  await scene.world.track(Promise.all(doing), 'what a caller did')
}

async function strike(scene: Scene, steps: readonly NemesisStep[], over: AbortSignal): Promise<void> {
  for (const { pauseMs, does, choice } of steps) {
    await sleep(pauseMs, undefined, { signal: over }).catch(() => {})
    if (over.aborted) return
    await (disasters[does] as Disaster<object>).strike(scene, choice)
  }
}

async function worksAgain(world: World, connection: Connection): Promise<void> {
  // An attempt may fail on a busy machine, and a cable that lost bytes may still have to be found dead.
  const works = async () => {
    if (connection.state === 'dead' || connection.state === 'closed')
      await connection.connect({ deadlineMs: 5000 })
    await connection.ready({ timeoutMs: 5000 })
    return (await world.write(connection)).rowCount === 1
  }
  await eventually(works, { what: `${connection.name} works again`, timeoutMs: 20_000 })
}

const isCallers = (step: Step): step is CallersStep => step.who !== 'nemesis'

async function faultsOf(work: () => Promise<void>): Promise<string[]> {
  try {
    await work()
    return []
  } catch (error) {
    // The reckoning of a world that failed in its middle comes on top of what failed there.
    const { error: last = error, suppressed } = error as Partial<SuppressedError>
    return [suppressed, last].filter((each) => each !== undefined).map(String)
  }
}
