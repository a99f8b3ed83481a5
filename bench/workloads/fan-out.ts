import pg from 'pg'
import { alternating } from '../alternating.ts'
import type { Finding } from '../finding.ts'
import { spreadOf } from '../statistics.ts'
import { connect } from '../subject.ts'
import type { Workload } from '../workload.ts'

const crowds = [1, 100, 10_000]

/** One channel, many observers: of ours each has a queue of its own, is awaited, and can't harm the others. */
export const fanOut: Workload = {
  name: 'fan-out',
  run: async ({ server, isQuick }) => {
    const rows: Finding['rows'][number][] = []
    const calls = isQuick ? 20_000 : 100_000
    for (const howMany of crowds) {
      const sender = new pg.Client(server.url)
      const raw = new pg.Client(server.url)
      await Promise.all([sender.connect(), raw.connect()])
      const ours = await connect(server.url)
      const hall = { left: 0, done: (): void => undefined }
      const heard = (): void => {
        if (--hall.left === 0) hall.done()
      }
      raw.setMaxListeners(0)
      for (let count = 0; count < howMany; count++) raw.on('notification', () => heard())
      await raw.query('listen "to raw"')
      await Promise.all(Array.from({ length: howMany }, () => ours.listen('to ours', () => heard())))
      const flood = (channel: string) => async (): Promise<number> => {
        const notifications = Math.max(1, Math.round(calls / howMany))
        hall.left = notifications * howMany
        const all = new Promise<void>((resolve) => {
          hall.done = resolve
        })
        const cpu = process.cpuUsage()
        await sender.query('select count(pg_notify($1, n::text)) from generate_series(1, $2::int) n', [
          channel,
          notifications,
        ])
        await all
        const { user, system } = process.cpuUsage(cpu)
        return (user + system) / (notifications * howMany)
      }
      const laps = await alternating(isQuick ? 3 : 9, [
        { name: 'pg', measure: flood('to raw') },
        { name: 'pg-supervisor', measure: flood('to ours') },
      ])
      for (const [name, times] of laps)
        rows.push({ name: `${name}, ${howMany} observers`, cells: [spreadOf(times)] })
      await Promise.all([sender.end(), raw.end(), ours.end()])
    }
    return [
      {
        title: 'LISTEN: many observers of one channel',
        note: 'CPU time of the process for each call of an observer, the way of the notification included',
        columns: [{ title: 'CPU µs a call', digits: 3 }],
        rows,
        goals: [],
      },
    ]
  },
}
