// What a process holds open besides its files, to compare before and after.
import { Socket } from 'node:net'

const counted = [
  'TCPSocketWrap',
  'TLSWrap',
  'TCPServerWrap',
  'TCPConnectWrap',
  'GetAddrInfoReqWrap',
  'Timeout',
]
const processEvents = [
  'exit',
  'beforeExit',
  'warning',
  'uncaughtException',
  'unhandledRejection',
  'SIGINT',
  'SIGTERM',
]

export class Baseline {
  readonly #resources = resources()
  readonly #listeners = listeners()

  /** What there is more of than before, in words. */
  get excess(): string[] {
    return [
      ...more('resource', this.#resources, resources()),
      ...more('process listener', this.#listeners, listeners()),
    ]
  }
}

/** This process's own sockets to a port, as the client of whatever listens there. */
export function socketsTo(port: number): number {
  const handles = (process as unknown as { _getActiveHandles(): unknown[] })._getActiveHandles()
  return handles.filter(
    (handle) => handle instanceof Socket && !handle.destroyed && handle.remotePort === port,
  ).length
}

function resources(): Map<string, number> {
  const counts = new Map<string, number>()
  for (const name of process.getActiveResourcesInfo()) {
    if (counted.includes(name)) counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return counts
}

const listeners = (): Map<string, number> =>
  new Map(processEvents.map((name) => [name, process.listenerCount(name)]))

function more(what: string, before: Map<string, number>, now: Map<string, number>): string[] {
  return [...now].flatMap(([name, count]) => {
    const was = before.get(name) ?? 0
    return count > was ? [`${what} ${name}: ${count}, before ${was}`] : []
  })
}
