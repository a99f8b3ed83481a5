// A supervisor of a bare pg client, which has no idea of reconnecting: one that is used up is replaced by another.
import pg from 'pg'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { ConnectionDeadError, Supervisor, type SupervisorEvents } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

class BareClient {
  client = new pg.Client()
  report: (error: unknown) => void = () => undefined

  async connect(): Promise<void> {
    this.client = new pg.Client(server.url)
    this.client.on('error', (error) => this.report(error))
    await this.client.connect()
  }

  close(): Promise<void> {
    return this.client.end()
  }

  async processId(): Promise<number> {
    const { rows } = await this.client.query<{ pid: number }>('select pg_backend_pid() as pid')
    return rows[0]?.pid ?? 0
  }
}

async function supervisedClient() {
  const bare = new BareClient()
  // What pg says of a lost socket has neither code nor severity.
  const isDead = ({ kind, error }: SupervisorEvents['lost']['failure']) =>
    kind !== 'server' || (error as { severity?: string }).severity === 'FATAL'
  const supervisor = new Supervisor(bare, { isDead, backoff: () => Array.from({ length: 200 }, () => 50) })
  onTestFinished(async () => {
    await supervisor.stop()
    await bare.close().catch(() => undefined)
  })
  bare.report = (error) => supervisor.report(error)
  const told: string[] = []
  for (const type of ['lost', 'recovered', 'dead'] as const) supervisor.on(type, () => told.push(type))
  await supervisor.run(() => bare.connect())
  return { bare, supervisor, told }
}

describe('a supervisor of a pg client', () => {
  it('replaces it when its session is ended while idle, and lets nobody in before its handlers have run', async () => {
    const { bare, supervisor, told } = await supervisedClient()
    const pid = await supervisor.run(() => bare.processId())
    supervisor.addRecoveryHandler(() => bare.client.query("set application_name = 'recovered'"))
    await server.sql('select pg_terminate_backend($1)', [pid])
    await eventually(() => told.includes('recovered'), { what: 'it is back' })
    const { rows } = await supervisor.run(() => bare.client.query('show application_name'))
    expect(rows).toEqual([{ application_name: 'recovered' }])
    expect(await supervisor.run(() => bare.processId())).not.toBe(pid)
    expect(told).toEqual(['lost', 'recovered'])
  })

  it('leaves it alone when the server refuses a statement', async () => {
    const { bare, supervisor, told } = await supervisedClient()
    await expect(supervisor.run(() => bare.client.query('select 1 / 0'))).rejects.toMatchObject({
      code: '22012',
    })
    expect(await supervisor.run(() => bare.processId())).toBeGreaterThan(0)
    expect(told).toEqual([])
  })

  it('goes on by its schedule until a server that was stopped is there again', async (context) => {
    server.mustBeStoppable(context)
    const { bare, supervisor, told } = await supervisedClient()
    const running = supervisor
      .run(() => bare.client.query('select pg_sleep(30)'))
      .catch((error: unknown) => error)
    await server.stop('fast')
    expect(await running).toBeInstanceOf(Error)
    await expect(supervisor.run(() => bare.processId())).rejects.toBeInstanceOf(ConnectionDeadError)
    await server.start()
    await eventually(() => !supervisor.isDead, { what: 'it is back', timeoutMs: 15_000 })
    expect(await supervisor.run(() => bare.processId())).toBeGreaterThan(0)
    expect(told).toEqual(['lost', 'recovered'])
  })
})
