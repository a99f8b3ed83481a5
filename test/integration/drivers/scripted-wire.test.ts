// What the scripted wires say is what pg says: the cases are the same, and run on each.
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Driver, Wire, WireFact } from '../../../src/drivers/driver.ts'
import { pgDriver } from '../../../src/drivers/pg-driver.ts'
import { createConnectionModel } from '../../../src/model/connection-model.ts'
import { type Answer, ScriptedWire } from '../../../src/model/scripted-wire.ts'
import { cases, resultOn, traceOf, traceOfUndone } from '../../support/contract/wire-trace.ts'
import { eventually } from '../../support/eventually.ts'
import { testServer } from '../../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

interface Opened {
  readonly wire: Wire
  readonly facts: readonly WireFact[]
}

async function openOf(driver: Driver): Promise<Opened> {
  const facts: WireFact[] = []
  const config = {
    client: { connectionString: server.url },
    clientFactory: undefined,
    preparedLimit: 0,
    isPipelined: true,
    owner: {},
    now: () => performance.now(),
  }
  const wire = driver.open(config, (fact) => facts.push(fact))
  onTestFinished(async () => {
    wire.destroy()
    await wire.closed
  })
  await eventually(() => facts.some(({ type }) => type === 'opened'), { what: 'the session is open' })
  return { wire, facts }
}

/** Only what depends on data is scripted; all else it knows by itself. */
function modelDriver(): Driver {
  const model = createConnectionModel()
  model.answer('select 1/0', { error: { code: '22012' } })
  model.answer('select pg_sleep(30)', () => new Promise(() => undefined))
  model.answer(/^select 1 as n/, { rows: [{ n: 1, word: 'one' }] })
  return model.config.driver
}

const openPg = () => openOf(pgDriver)
const openModel = () => openOf(modelDriver())
const openScripted = (script: readonly Answer[]): Opened => ({ wire: new ScriptedWire(...script), facts: [] })

const wires: readonly [name: string, open: (script: readonly Answer[]) => Promise<Opened> | Opened][] = [
  ['the wire of pg', openPg],
  ['the scripted wire', openScripted],
  ['the wire of a connection model', openModel],
]

describe.each(wires)('on %s', (_, open) => {
  it.each(cases)('$name', async ({ statements, expected }) => {
    const { wire } = await open(statements.map(({ script }) => script))
    expect(
      await traceOf(
        wire,
        statements.map(({ text }) => text),
      ),
    ).toEqual(expected)
  })
})

describe.each(wires.filter(([, open]) => open !== openScripted))('of sessions, on %s', (_, open) => {
  const undone = async (act: (wire: Wire) => Promise<unknown>) => {
    const { wire, facts } = await open([])
    return traceOfUndone(wire, facts, act)
  }

  it('a statement is not answered by the end of its session, which is told once', async () => {
    const destroyed = await undone((wire) => {
      wire.destroy()
      wire.destroy()
      return wire.closed
    })
    expect(destroyed).toEqual(['busy', 'lost: closed', 'lost'])
  })

  it('a cancel is answered by the statement that ran, and the session lives', async () => {
    const cancelled = await undone(async (wire) => {
      // A cancel that comes before its statement finds nothing to do.
      const isCancelled = async () => {
        await wire.cancel(new AbortController().signal)
        return !wire.isBusy
      }
      await eventually(isCancelled, { what: 'the statement is cancelled' })
    })
    expect(cancelled).toEqual(['busy', 'answered 57014', 'not lost'])
  })

  it('a goodbye closes the session, and is no reason to be told of', async () => {
    const { wire, facts } = await open([])
    wire.end()
    await wire.closed
    expect(facts.filter(({ type }) => type === 'lost')).toEqual([
      { type: 'lost', loss: { kind: 'closed', error: undefined } },
    ])
  })

  it('rows come as objects or as arrays, and only what counts has a count', async () => {
    const { wire } = await open([])
    const asked = `select 1 as n, 'one' as word`
    const objects = await resultOn(wire, asked)
    const arrays = await resultOn(wire, asked, 'array')
    expect(objects).toMatchObject({ command: 'SELECT', rowCount: 1, rows: [{ n: 1, word: 'one' }] })
    expect(objects.fields.map(({ name }) => name)).toEqual(['n', 'word'])
    expect(arrays).toMatchObject({ rowCount: 1, rows: [[1, 'one']] })
    expect((await resultOn(wire, 'set search_path to public')).rowCount).toBeNull()
  })
})
