// The end of a world: everything is ended, and whatever is not as it must be becomes a fault, in words.
import { getEventListeners } from 'node:events'
import type { Connection } from '../../../src/index.ts'
import { eventually } from '../eventually.ts'
import type { TcpProxy } from '../tcp-proxy.ts'
import type { TestServer } from '../test-server.ts'
import { type Baseline, socketsTo } from './baseline.ts'
import type { CountingClock } from './counting-clock.ts'

/** A server that does not answer is cut off after 500 ms; the rest is for a busy machine. */
const endBoundMs = 5000

/** Ends a connection, whatever its state. */
export async function endingFaults(connection: Connection): Promise<string[]> {
  const { name } = connection
  const faults: string[] = []
  const end = connection.end()
  await eventually(() => end.then(() => {}), { what: `${name}.end()`, timeoutMs: endBoundMs }).catch(
    (error: unknown) => faults.push(String(error)),
  )
  if (connection.state !== 'closed') faults.push(`${name} is ${connection.state} after end()`)
  if (connection.pending !== 0) faults.push(`${name} has ${connection.pending} pending after end()`)
  return faults
}

export interface Holdings {
  readonly server: TestServer
  readonly proxy: TcpProxy | undefined
  readonly applicationName: string
  readonly clock: CountingClock
  readonly signals: readonly AbortSignal[]
  readonly baseline: Baseline
  readonly patienceMs: number
}

/** First what the connections hold, with the cable as it is; then, with a mended server, what that holds. */
export async function leftOpen(holdings: Holdings): Promise<string[]> {
  const { server, proxy, applicationName, clock, signals, baseline, patienceMs } = holdings
  const faults: string[] = []
  const wait = (what: string, excess: () => Promise<string[]> | string[]) =>
    eventually(
      async () => {
        const left = await excess()
        if (left.length > 0) throw new Error(left.join(', '))
      },
      { what, timeoutMs: patienceMs },
    ).catch((error: unknown) => faults.push(String(error)))

  await wait('no timer is left', () => clock.openTimers.map((ms) => `a timer of ${ms} ms`))
  if (proxy !== undefined) {
    const sockets = () => socketsTo(proxy.port)
    await wait('no socket is left', () => (sockets() > 0 ? [`${sockets()} sockets`] : []))
  }
  await wait('nobody listens to a signal', () => {
    const left = signals.flatMap((signal) => getEventListeners(signal, 'abort'))
    return left.length > 0 ? [`${left.length} listeners`] : []
  })
  proxy?.close()
  await mend(server)
  await wait('no backend is left', async () => {
    const pids = await server.backends(applicationName)
    return pids.map((pid) => `backend ${pid}`)
  })
  await wait('everything is closed', () => baseline.excess)
  return faults
}

/** The next world finds the server running. */
async function mend(server: TestServer): Promise<void> {
  if (!server.canBeStopped) return
  server.resume()
  await server.sql('select 1').catch(() => server.start())
  await server.sql('select 1')
}
