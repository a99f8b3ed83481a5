import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readTrace, recordTrace, replayTrace, type Trace, type TraceStep } from '../../src/machines.ts'
import { eventually } from '../support/eventually.ts'
import { type TestServer, testServer } from '../support/test-server.ts'
import { openWorld } from '../support/world.ts'

let server: TestServer
let folder: string
beforeAll(async () => {
  server = await testServer()
  folder = await mkdtemp(join(tmpdir(), 'pg-supervisor-trace-'))
})
afterAll(async () => {
  await server.dispose()
  await rm(folder, { recursive: true, force: true })
})

const stepsOf = (trace: Trace): TraceStep[] => trace.lines().filter((line) => line.type === 'step')
const eventsOf = (trace: Trace): string[] => stepsOf(trace).map(({ event }) => event)

describe('the trace of a connection', () => {
  it('has its life as steps of the chart, with a run of statements as one', async () => {
    await using world = await openWorld({ server })
    const connection = world.connection()
    const trace = recordTrace(connection)
    await connection.connect()
    await Promise.all(Array.from({ length: 50 }, () => connection.query('select 1')))
    await eventually(() => eventsOf(trace).at(-1) === 'became', { what: 'the connection at rest' })
    expect(eventsOf(trace)).toEqual(['connect', 'dial.opened', 'statement', 'statement', 'became'])
    const [, , first, run] = stepsOf(trace)
    expect(first).toMatchObject({ took: ['attached.connected/statement/0'], state: 'attached.querying' })
    expect(run).toMatchObject({
      took: ['attached/statement/0'],
      count: 49,
      settled: { count: 50, failed: 0 },
    })
    const { totalMs, slowestMs } = run!.settled!
    expect(slowestMs).toBeGreaterThan(0)
    expect(totalMs).toBeGreaterThanOrEqual(slowestMs)
    expect(replayTrace(trace.lines())).toEqual([])
  })

  it('tells how many requests failed, and what the server called it', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const trace = recordTrace(world.connections[0]!)
    await world.connections[0]!.query('select nonsense').catch(() => undefined)
    await eventually(() => eventsOf(trace).includes('judge'), { what: 'the verdict' })
    const judged = stepsOf(trace).find(({ event }) => event === 'judge')
    expect(judged).toMatchObject({ took: [], data: { failure: { kind: 'server', code: '42703' } } })
    expect(stepsOf(trace)[0]?.settled).toMatchObject({ count: 1, failed: 1 })
  })

  it('keeps the last steps only, and replays from where it begins', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const [connection] = world.connections
    const trace = recordTrace(connection!, { limit: 4 })
    for (let round = 0; round < 4; round++) {
      await connection!.transaction((tx) => tx.query('select 1'))
    }
    const lines = readTrace(trace.toNDJSON())
    expect(lines).toHaveLength(5)
    expect(lines[0]).toMatchObject({ type: 'trace', name: connection!.name })
    expect((lines[0] as { dropped: number }).dropped).toBeGreaterThan(0)
    expect(replayTrace(lines)).toEqual([])
  })

  it('ends where it is stopped', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const trace = recordTrace(world.connections[0]!)
    await world.connections[0]!.query('select 1')
    trace.stop()
    const before = trace.toNDJSON()
    await world.connections[0]!.query('select 2')
    expect(trace.toNDJSON()).toBe(before)
  })

  it('is delivered each time the connection dies, to a file and to a function', async () => {
    await using world = await openWorld({ server })
    const connection = world.connection()
    const file = join(folder, 'death.ndjson')
    const heard: string[] = []
    recordTrace(connection, { atDeath: file })
    recordTrace(connection, { atDeath: (trace) => heard.push(trace.toNDJSON()) })
    await connection.connect()
    await world.kill(connection)
    await world.told(connection, 'connected', 2)
    expect(heard).toHaveLength(1)
    const written = await eventually(() => readFile(file, 'utf8').catch(() => false), { what: 'the file' })
    for (const text of [String(written), heard[0]!]) {
      const lines = readTrace(text)
      expect(lines.some((line) => line.type === 'step' && line.event === 'session.lost')).toBe(true)
      expect(replayTrace(lines)).toEqual([])
    }
  })

  it('goes into a stream as well, which stays open', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const stream = new PassThrough()
    const trace = recordTrace(world.connections[0]!)
    await trace.write(stream)
    expect(String(stream.read())).toBe(trace.toNDJSON())
    expect(stream.writableEnded).toBe(false)
  })

  it('has nothing in it that anybody wrote', async () => {
    const canary = `canary_${Math.random().toString(36).slice(2)}`
    await using world = await openWorld({ server })
    const connection = world.connection({ application_name: canary, settings: { search_path: canary } })
    const trace = recordTrace(connection)
    await connection.connect()
    await connection.query(`select $1::text as "${canary}"`, [canary])
    await connection.listen(canary, () => undefined)
    await connection.notify(canary, canary)
    await connection.query(`do $$ begin raise warning '${canary}'; end $$`)
    await connection.query(`do $$ begin raise exception '${canary}'; end $$`).catch(() => undefined)
    await connection.transaction((tx) => tx.query(`select '${canary}'::int`)).catch(() => undefined)
    connection.checkForDeath(Object.assign(new Error(canary), { code: canary }))
    connection.actor.send({ type: canary } as never)
    connection.actor.send({ type: 'retire', reason: canary })
    await world.told(connection, 'connected', 2)
    await connection.end()
    const text = trace.toNDJSON()
    expect(text).not.toContain(canary)
    const secrets = [server.password, 'select', 'raise'].filter((secret) => secret !== '')
    for (const secret of secrets) expect(text).not.toContain(secret)
    expect(new Set(eventsOf(trace))).toEqual(
      new Set([
        ...['connect', 'dial.opened', 'statement', 'became', 'session.notified', 'session.noticed', 'judge'],
        ...['unknown', 'retire', 'hungUp', 'restored', 'end'],
      ]),
    )
    expect(replayTrace(readTrace(text))).toEqual([])
  })

  it('is refused for what is no connection, and for options that are wrong', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const wrong = [{}, null, 7] as never[]
    for (const what of wrong) expect(() => recordTrace(what)).toThrow(/`traceable`/)
    const [connection] = world.connections
    expect(() => recordTrace(connection!, { limit: 0 })).toThrow(/`limit`/)
    expect(() => recordTrace(connection!, { depth: 1 } as never)).toThrow(/`depth`/)
    expect(() => recordTrace(connection!, { atDeath: 7 as never })).toThrow(/`atDeath`/)
  })
})
