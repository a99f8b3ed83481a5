// What ALTER ROLE … SET and ALTER DATABASE … SET say reaches new sessions only, and a supervised one may live for weeks. This
// monitor looks now and then whether that has changed, and has the session replaced when nobody uses it.
//
//   DATABASE_URL=postgres://… npx tsx examples/monitor.ts
import { connect, heartbeat, type Monitor } from 'pg-supervisor'

const stored = `select coalesce(string_agg(s::text, ' ' order by s::text), '') as settings from pg_db_role_setting s`

const freshSettings = (everyMs: number): Monitor => ({
  name: 'fresh settings',
  start({ session, retire, clock, signal }) {
    let atFirst: string | undefined
    let timer: unknown
    const look = async (): Promise<void> => {
      // A question without a deadline may never be answered.
      const { rows } = await session.query<{ settings: string }>(stored, [], { timeoutMs: 1_000 })
      const settings = rows[0]?.settings
      atFirst ??= settings
      if (settings !== atFirst) retire('settings have changed')
    }
    const lookAgain = (): void => {
      if (signal.aborted) return
      // Whatever went wrong, it says nothing of the session.
      const done = look().catch(() => undefined)
      void done.then(() => {
        timer = clock.setTimeout(lookAgain, everyMs)
      })
    }
    lookAgain()
    return () => clock.clearTimeout(timer)
  },
})

await using connection = await connect({
  connectionString: process.env['DATABASE_URL'] ?? 'postgres://localhost',
  monitors: [heartbeat(), freshSettings(20)],
})

const workMem = async () => (await connection.query<{ work_mem: string }>('show work_mem')).rows[0]?.work_mem
console.log(`before: ${await workMem()}`)
const replaced = new Promise((resolve) => connection.on('connected', resolve))
await connection.query(`alter role current_user set work_mem = '7MB'`)
await replaced
console.log(`after: ${await workMem()}`)
await connection.query('alter role current_user reset work_mem')
