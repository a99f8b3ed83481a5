import { readdirSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { ExampleProgram } from '../support/example-program.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

const tried = new Set<string>()
const started: ExampleProgram[] = []
afterAll(() => {
  for (const program of started) program.kill('SIGKILL')
})

function start(name: string, args: readonly string[] = [], env: Record<string, string> = {}): ExampleProgram {
  tried.add(name)
  const program = new ExampleProgram(name, { DATABASE_URL: server.url, ...env }, args)
  started.push(program)
  return program
}

const well = { code: 0, stderr: '' }

/** Ends it as Ctrl-C does, which nobody can do to another process on Windows: there it is killed. */
async function interrupted(program: ExampleProgram): Promise<unknown> {
  program.kill('SIGINT')
  const ending = await program.ended()
  return process.platform === 'win32' ? well : ending
}

const terminate = (applicationName: string) =>
  server.sql('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1', [
    applicationName,
  ])

describe.concurrent('the example program', { timeout: 180_000 }, () => {
  it('basic asks a question', async () => {
    const program = start('basic')
    expect(await program.ended()).toEqual(well)
    expect(program.stdout).toMatch(/^\d\d tables, the first of them: pg_aggregate\n$/)
  })

  it('transaction stores all or nothing', async () => {
    const program = start('transaction')
    expect(await program.ended()).toEqual(well)
    expect(program.lines).toEqual(['rolled back: changed my mind', 'stored: 1', 'dropped: DROP'])
  })

  it('custom-rows has rows of three kinds', async () => {
    const program = start('custom-rows')
    expect(await program.ended()).toEqual(well)
    expect(program.lines).toEqual([
      'maps: pg_default, pg_global',
      'own: pg_default!, pg_global',
      'arrays: pg_default, pg_global',
    ])
  })

  it('copy writes and reads', async () => {
    const program = start('copy')
    expect(await program.ended()).toEqual(well)
    expect(program.lines).toEqual(['in: 3 rows', 'out: Earth', 'Mars', 'by the client: Jupiter has 95 moons'])
  })

  it('notify answers each notification, also after a loss', async () => {
    const program = start('notify')
    await program.said("Listening on the 'list' channel")
    await server.sql("notify list, 'user'; notify list, 'auth'")
    await program.said('pg_auth_members')
    await terminate('notify example')
    await program.said('Listening again')
    await server.sql("notify list, 'tablespace'")
    await program.said('pg_tablespace')
    expect(await interrupted(program)).toEqual(well)
    expect(program.lines).toEqual([
      "Listening on the 'list' channel",
      "Tables with 'user' in their name: pg_user_mapping",
      "Tables with 'auth' in their name: pg_auth_members, pg_authid",
      'Listening again; something may have been missed',
      "Tables with 'tablespace' in their name: pg_tablespace",
    ])
  })

  it('reconnection says what happens, and goes on', async () => {
    const program = start('reconnection')
    await program.said('query returned result: 1')
    await terminate('reconnection example')
    await program.said('[*] connection recovered')
    const answers = program.stdout.split('-> query returned').length - 1
    await program.said('-> query returned', answers + 1)
    expect(await interrupted(program)).toEqual(well)
    const told = program.lines.filter((line) => line.startsWith('[*]'))
    expect(told.slice(0, 3)).toEqual([
      '[*] connection made',
      expect.stringMatching(/^\[\*\] database connection is down: .* \(57P01\)$/),
      '[*] attempt 1 in 0 ms',
    ])
    expect(told.at(-1)).toBe('[*] connection recovered')
  })

  it('advisory-lock has one leader at a time, and another when that one dies', async () => {
    const programs = [start('advisory-lock', ['4']), start('advisory-lock', ['4'])]
    for (const program of programs) expect(await program.ended()).toEqual(well)
    const spans = programs.map(({ lines }) => {
      expect(lines[0]).toBe('leading')
      expect(lines.at(-1)).toBe('stepped down')
      return lines.filter((line) => line.startsWith('step ')).map((line) => line.replace(/^step \d+ at /, ''))
    })
    const [first, second] = spans.sort(([one = ''], [other = '']) => (one < other ? -1 : 1))
    expect((first?.at(-1) ?? '') < (second?.[0] ?? '')).toBe(true)

    const leader = start('advisory-lock', ['100000'])
    await leader.said('step 1')
    const heir = start('advisory-lock', ['1'])
    const waiting = "select 1 from pg_locks where locktype = 'advisory' and not granted"
    await eventually(async () => (await server.sql(waiting)).length > 0, {
      what: 'the heir waits',
      timeoutMs: 20_000,
    })
    leader.kill('SIGKILL')
    expect(await heir.ended()).toEqual(well)
    expect(heir.lines.at(-1)).toBe('stepped down')
  })

  it('driver-choice speaks by the driver that the environment names, and by no other (txpostgres point 9)', async () => {
    const choose = (driver: string) => start('driver-choice', [], { PG_SUPERVISOR_DRIVER: driver })
    const programs = ['pg', 'pglite', 'psycopg2'].map(choose)
    for (const program of programs) expect(await program.ended()).toEqual(well)
    const [onServer, inProcess, refused] = programs.map(({ stdout }) => stdout)
    expect(onServer).toMatch(/^pg speaks to PostgreSQL \d{6}\n$/)
    expect(inProcess).toMatch(/^pglite speaks to PostgreSQL \d{6}\n$/)
    expect(refused).toMatch(/^option `PG_SUPERVISOR_DRIVER` wants 'pg', 'pglite' or .* got 'psycopg2'\n$/)
  })

  it('cursor reads what it wants of a long answer', async () => {
    const program = start('cursor')
    expect(await program.ended()).toEqual(well)
    expect(program.lines).toEqual([
      'first table: pg_aggregate',
      'and pg_am, pg_amop',
      'sum of the first thousand: 500500',
      '1 squared is 1',
      '2 squared is 4',
      '3 squared is 9',
    ])
  })

  it('client-factory makes clients of three kinds', async () => {
    const program = start('client-factory')
    expect(await program.ended()).toEqual(well)
    expect(program.lines).toEqual([
      'the socket is kept alive',
      'one more than a number can count: 9007199254740993',
      'a session of less than a minute',
    ])
  })

  it('monitor has its session replaced when the settings of its role have changed', async () => {
    const program = start('monitor')
    expect(await program.ended()).toEqual(well)
    expect(program.lines).toEqual(['before: 4MB', 'after: 7MB'])
  })

  it('death-checker leaves a server that refuses to write', async () => {
    const program = start('death-checker')
    expect(await program.ended()).toEqual(well)
    expect(program.lines).toEqual([
      'refused: 25006',
      'lost: the server reported an error while querying (25006)',
      'a new session',
    ])
  })

  it('pino writes the lines of the supervisor', async () => {
    const program = start('pino')
    expect(await program.ended()).toEqual(well)
    const lines = program.lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines).toMatchObject([
      { msg: expect.stringMatching(/^main: connected at /), connection: 'main', attempt: 1, level: 30 },
      { msg: 'main: closed', connection: 'main' },
    ])
  })

  it('opentelemetry shows what belongs to what', async () => {
    const program = start('opentelemetry')
    expect(await program.ended()).toEqual(well)
    expect(program.lines).toEqual(
      expect.arrayContaining([
        'SELECT postgres in transaction postgres',
        'transaction postgres in request',
        'request in nothing',
      ]),
    )
  })

  it('reconnecting-listener does what is to do, after a loss as before', async () => {
    await server.sql('create table job (id bigserial primary key, task text, done_at timestamptz)')
    await server.sql("insert into job (task) values ('was there before')")
    const program = start('reconnecting-listener')
    await program.said('done: was there before')
    await server.sql("insert into job (task) values ('write a letter'); notify job")
    await program.said('done: write a letter')
    await terminate('letter writer')
    await server.sql("insert into job (task) values ('nobody was told of')")
    await program.said('done: nobody was told of')
    expect(await interrupted(program)).toEqual(well)
  })

  it('durable-listener sends each letter, also after a loss', async () => {
    const program = start('durable-listener')
    await program.said('Sending')
    const publish = async (text: string) =>
      expect(await start('durable-listener', ['publish', 'order 7', text]).ended()).toEqual(well)
    await publish('was placed')
    await program.said('order 7 was placed')
    await terminate('durable listener')
    await publish('was paid')
    await program.said('order 7 was paid')
    expect(await interrupted(program)).toEqual(well)
    const letters = program.lines.filter((line) => line.startsWith('order'))
    expect(letters).toEqual(['order 7 was placed', 'order 7 was paid'])
  })
})

describe('the example programs', () => {
  it('are all run here', () => {
    const programs = readdirSync('examples').map((file) => file.replace(/\.ts$/, ''))
    expect(programs.toSorted()).toEqual([...tried].toSorted())
  })
})
