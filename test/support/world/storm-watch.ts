import type { ClientBase, ClientConfig } from 'pg'
import pg from 'pg'

export interface Attempt {
  readonly host: string
  /** Milliseconds of `performance.now()`. */
  readonly at: number
  /** It became a session, or the server itself refused it for good: the host is not down. */
  reachedServer: boolean
}

const windowMs = 5000
const mostInWindow = 10

/** Makes the clients of a world, one for each attempt to connect, and counts the attempts that failed. */
export class StormWatch {
  readonly attempts: Attempt[] = []

  readonly clientFactory = (config: ClientConfig): ClientBase => {
    const client = new pg.Client(config)
    const { host, port } = client
    const attempt: Attempt = { host: `${host}:${port}`, at: performance.now(), reachedServer: false }
    this.attempts.push(attempt)
    const reached = (): void => {
      attempt.reachedServer = true
    }
    client.once('connect', reached)
    client.once('error', (error: Error & { code?: string }) => {
      if (/^(28...|3D000)$/.test(error.code ?? '')) reached()
    })
    return client
  }
}

/** At most two a second, averaged over any five, with a burst of five: ten in any five seconds. */
export function stormFaults(attempts: readonly Attempt[]): string[] {
  const faults: string[] = []
  for (const host of new Set(attempts.map((attempt) => attempt.host))) {
    const times = attempts.filter((each) => each.host === host && !each.reachedServer).map(({ at }) => at)
    times.sort((a, b) => a - b)
    for (const [index, at] of times.entries()) {
      const first = times[index - mostInWindow]
      if (first === undefined || at - first >= windowMs) continue
      faults.push(`${mostInWindow + 1} failed attempts at ${host} within ${Math.round(at - first)} ms`)
      break
    }
  }
  return faults
}
