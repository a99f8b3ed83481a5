// Says what becomes of a connection, and goes on asking. Restart the server, or terminate the session, and watch.
//
//   DATABASE_URL=postgres://… npx tsx examples/reconnection.ts
import { setInterval } from 'node:timers/promises'
import { Connection, DeadConnectionDetector, type Failure } from 'pg-supervisor'

/** To judge differently, override; to watch, listen: see below. */
class Detector extends DeadConnectionDetector {
  override isHopeless(failure: Failure): boolean {
    const isHopeless = super.isHopeless(failure)
    console.log(`[*] an attempt failed: ${failure.message}${isHopeless ? ', and another would as well' : ''}`)
    return isHopeless
  }
}

await using connection = new Connection({
  connectionString: process.env['DATABASE_URL'] ?? 'postgres://localhost',
  application_name: 'reconnection example',
  reconnect: new Detector(),
})
connection.on('lost', ({ failure }) => console.log(`[*] database connection is down: ${failure.message}`))
connection.on('reconnecting', ({ attempt, delayMs }) =>
  console.log(`[*] attempt ${attempt} in ${delayMs} ms`),
)
connection.on('connected', ({ recovered }) =>
  console.log(`[*] connection ${recovered ? 'recovered' : 'made'}`),
)

// A server that is down at the start is tried again, too.
await connection.connect({ deadlineMs: 60_000 })

const stop = new AbortController()
process.once('SIGINT', () => stop.abort()).once('SIGTERM', () => stop.abort())
try {
  for await (const _ of setInterval(250, undefined, { signal: stop.signal })) {
    await connection
      .query<{ one: number }>('select 1 as one')
      .then(({ rows }) => console.log(`-> query returned result: ${rows[0]?.one}`))
      .catch((error: Error) => console.log(`-> query failed with ${error.name}`))
  }
} catch (error) {
  if (!stop.signal.aborted) throw error
}
