import { monitorEventLoopDelay } from 'node:perf_hooks'
import pg from 'pg'
import { type Spread, spreadOf } from '../statistics.ts'
import { connect } from '../subject.ts'
import type { Workload } from '../workload.ts'

interface Listener {
  readonly name: string
  /** Its own, so that the other client hears nothing of it. */
  readonly channel: string
  /** Called for each notification. */
  heard: () => void
}

interface Lap {
  readonly perSecond: number
  readonly cpuUs: number
  readonly worstLagMs: number
  readonly p99LagMs: number
}

/** A flood in one transaction: all of it is sent at COMMIT, in one go. */
export const notifications: Workload = {
  name: 'notifications',
  run: async ({ server, isQuick }) => {
    const howMany = isQuick ? 20_000 : 100_000
    const sender = new pg.Client(server.url)
    const raw = new pg.Client(server.url)
    await Promise.all([sender.connect(), raw.connect()])
    const ours = await connect(server.url)
    const [rawListener, ourListener] = ['pg', 'pg-supervisor'].map(
      (name): Listener => ({ name, channel: `to ${name}`, heard: () => undefined }),
    ) as [Listener, Listener]
    raw.on('notification', () => rawListener.heard())
    await raw.query(`listen ${raw.escapeIdentifier(rawListener.channel)}`)
    await ours.listen(ourListener.channel, () => ourListener.heard())
    const listeners = [rawListener, ourListener]
    const laps = new Map(listeners.map(({ name }) => [name, [] as Lap[]]))
    for (let round = 0; round < (isQuick ? 3 : 9); round++) {
      for (const listener of round % 2 === 0 ? listeners : listeners.toReversed())
        laps.get(listener.name)?.push(await flood(sender, listener, howMany))
    }
    await Promise.all([sender.end(), raw.end(), ours.end()])
    const spread = (name: string, of: (lap: Lap) => number): Spread =>
      spreadOf((laps.get(name) ?? []).map(of))
    const [raws = [], oursOf = []] = listeners.map(({ name }) => laps.get(name))
    const ratio = spreadOf(
      oursOf.map(({ perSecond }, round) => perSecond / (raws[round]?.perSecond ?? Number.NaN)),
    )
    return [
      {
        title: `${howMany} notifications in one transaction`,
        note: 'from the first to the last heard; lag as perf_hooks sees it, whose own tick is 1 ms',
        columns: [
          { title: 'per second', digits: 0 },
          { title: 'CPU µs', digits: 2 },
          { title: 'loop lag p99, ms', digits: 1 },
          { title: 'loop lag at worst, ms', digits: 1 },
        ],
        rows: listeners.map(({ name }) => ({
          name,
          cells: [
            spread(name, ({ perSecond }) => perSecond),
            spread(name, ({ cpuUs }) => cpuUs),
            spread(name, ({ p99LagMs }) => p99LagMs),
            spread(name, ({ worstLagMs }) => worstLagMs),
          ],
        })),
        goals: [{ words: "notifications a second, of pg's", measured: ratio.median, atLeast: 0.9 }],
      },
    ]
  },
}

async function flood(sender: pg.Client, listener: Listener, howMany: number): Promise<Lap> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  let heard = 0
  let from = 0
  let cpu = process.cpuUsage()
  const all = new Promise<Lap>((resolve) => {
    listener.heard = () => {
      if (heard++ === 0) {
        from = performance.now()
        cpu = process.cpuUsage()
      }
      if (heard < howMany) return
      const wallMs = performance.now() - from
      const { user, system } = process.cpuUsage(cpu)
      delay.disable()
      resolve({
        perSecond: (howMany / wallMs) * 1000,
        cpuUs: (user + system) / howMany,
        worstLagMs: delay.max / 1e6,
        p99LagMs: delay.percentile(99) / 1e6,
      })
    }
  })
  delay.enable()
  await sender.query("select count(pg_notify($1, 'payload ' || n)) from generate_series(1, $2::int) n", [
    listener.channel,
    howMany,
  ])
  return all
}
