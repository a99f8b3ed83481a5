// One scenario on one client, once.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { openProxy } from '../../support/tcp-proxy.ts'
import type { TestServer } from '../../support/test-server.ts'
import type { Scenario } from '../scenario.ts'
import { befall, openScene } from '../scene.ts'
import type { ClientName } from './clients.ts'
import { nowMs, type Order, type Report, type Word } from './messages.ts'

/** Milliseconds from the end of the fault after which a client counts as one that does not come back. */
const patienceMs = 8000

export interface Trial {
  /** Milliseconds from the blow until the client knew: a session told as lost, or a rejection. */
  readonly detectionMs: number | undefined
  /** From the end of the fault to the first success of something asked for after it; undefined = not in `patienceMs`. */
  readonly recoveryMs: number | undefined
  readonly asked: number
  /** Rejections by what they said. */
  readonly notApplied: number
  readonly unknown: number
  /** Promises that did not settle. */
  readonly hung: number
  /** The process ended by itself, with these words. */
  readonly crashed: boolean
  readonly lastWords: string
  /** Acknowledged, and not stored. */
  readonly lost: number
  /** Told as not applied, and stored; or stored twice. */
  readonly wrong: number
}

export async function attempt(
  server: TestServer,
  scenario: Scenario,
  client: ClientName,
  seed: number,
  program: string,
): Promise<Trial> {
  using cable = await openProxy(server)
  await using scene = openScene(server, cable, seed)
  const url = (await scenario.route?.(scene)) ?? cable.urlOf(server.url)
  const child = fork(program, [client, url, scenario.callers], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  let lastWords = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    lastWords += String(chunk)
  })
  const words: Word[] = []
  child.on('message', (word: Word) => words.push(word))
  const exited = once(child, 'exit')
  const has = (type: Word['type']): Word | undefined => words.find((word) => word.type === type)
  const heard = async (type: Word['type'], timeoutMs: number): Promise<Word | undefined> => {
    const deadline = performance.now() + timeoutMs
    while (has(type) === undefined && child.exitCode === null && performance.now() < deadline) await sleep(2)
    return has(type)
  }
  const order = (said: Order): unknown => child.connected && child.send(said, () => {})

  if ((await heard('working', 30_000)) === undefined) throw new Error(`${client} did not begin to work`)
  await sleep(scene.dice.between(0, 200))
  const { struckAt, healedAt } = await befall(scene, scenario)
  order({ type: 'healed' })
  await heard('recovered', patienceMs)
  order({ type: 'report' })
  const told = await heard('report', 15_000)
  const report = told?.type === 'report' ? told.report : undefined
  child.kill('SIGKILL')
  await exited
  const recovered = has('recovered')
  return {
    ...(await judge(server, report)),
    detectionMs: detection(report, performance.timeOrigin + struckAt),
    recoveryMs:
      recovered?.type === 'recovered' ? recovered.at - performance.timeOrigin - healedAt : undefined,
    crashed: report === undefined,
    lastWords: report === undefined ? lastWords : '',
  }
}

function detection(report: Report | undefined, struckAt: number): number | undefined {
  const rejected = (report?.operations ?? []).filter(
    ({ said }) => said === 'notApplied' || said === 'unknown',
  )
  const moments = [...(report?.tolds ?? []), ...rejected.map(({ settledAt }) => settledAt ?? nowMs())]
  const first = Math.min(...moments.filter((at) => at >= struckAt))
  return Number.isFinite(first) ? first - struckAt : undefined
}

async function judge(server: TestServer, report: Report | undefined) {
  const operations = report?.operations ?? []
  const rows = await server.sql<{ marker: string; count: number }>(
    'select marker, count(*)::int as count from faults_marker where marker = any($1) group by marker',
    [operations.map(({ marker }) => marker)],
  )
  const stored = new Map(rows.map(({ marker, count }) => [marker, count]))
  const times = (marker: string): number => stored.get(marker) ?? 0
  const of = (said: string) => operations.filter((operation) => operation.said === said)
  return {
    asked: operations.length,
    notApplied: of('notApplied').length,
    unknown: of('unknown').length,
    hung: of('pending').length,
    lost: of('applied').filter(({ marker }) => times(marker) === 0).length,
    wrong:
      of('notApplied').filter(({ marker }) => times(marker) > 0).length +
      operations.filter(({ marker }) => times(marker) > 1).length,
  }
}
