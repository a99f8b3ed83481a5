import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Wire } from '../../../src/drivers/driver.ts'
import { pgDriver } from '../../../src/drivers/pg-driver.ts'
import { cases, traceOf, traceOfDestroyed } from '../../support/contract/wire-trace.ts'
import { type Answer, ScriptedWire } from '../../support/scripted-wire.ts'
import { testServer } from '../../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

async function openPgWire(): Promise<Wire> {
  let opened: () => void = () => undefined
  const isOpen = new Promise<void>((resolve) => {
    opened = resolve
  })
  const config = {
    client: { connectionString: server.url },
    clientFactory: undefined,
    preparedLimit: 0,
    isPipelined: true,
    owner: {},
    now: () => performance.now(),
  }
  const wire = pgDriver.open(config, ({ type }) => {
    if (type === 'opened') opened()
  })
  onTestFinished(async () => {
    wire.destroy()
    await wire.closed
  })
  await isOpen
  return wire
}

const wires: readonly [name: string, open: (script: readonly Answer[]) => Promise<Wire> | Wire][] = [
  ['the wire of pg', openPgWire],
  ['the scripted wire', (script) => new ScriptedWire(...script)],
]

describe.each(wires)('on %s', (_, open) => {
  it.each(cases)('$name', async ({ statements, expected }) => {
    const wire = await open(statements.map(({ script }) => script))
    expect(
      await traceOf(
        wire,
        statements.map(({ text }) => text),
      ),
    ).toEqual(expected)
  })

  it('a statement is not answered by the end of its session', async () => {
    expect(await traceOfDestroyed(await open([]))).toEqual(['busy', 'lost'])
  })
})
