import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Command, runCommand } from '../../../src/cli/commands.ts'
import { replay } from '../../../src/cli/replay-command.ts'
import { withFastPath } from '../../../src/machines/fast-path.ts'
import { recordTrace } from '../../../src/machines.ts'
import { alphabet } from '../../model/alphabet.ts'
import { startChart } from '../../support/chart-actor.ts'
import { vitestOf } from '../../support/vitest-process.ts'

let folder: string
beforeAll(async () => {
  // Inside of the repository, where vitest and the package's own name are found.
  await mkdir('.tmp', { recursive: true })
  folder = await mkdtemp(resolve('.tmp', 'replay-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

function outage(): string {
  const { actor } = startChart({ logic: (machine) => withFastPath(machine, () => undefined) })
  const trace = recordTrace({ name: `it's "orders"\n`, pending: 0, actor })
  for (const type of ['connect', 'dial.opened', 'statement', 'session.lost', 'hungUp', 'end', 'hungUp'])
    actor.send(alphabet.find((event) => event.type === type) as never)
  return trace.toNDJSON()
}

const spoilt = (): string => outage().replace('"state":"dead.burying"', '"state":"attached.connected"')

async function run(args: readonly string[], commands: Record<string, Command> = { replay }) {
  const said = { out: '', err: '' }
  const code = await runCommand(commands, args, {
    out: (text) => {
      said.out += text
    },
    err: (text) => {
      said.err += text
    },
  })
  return { code, ...said }
}

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

describe('pg-supervisor replay', () => {
  it('says that a trace is a way of the chart, with exit code 0', async () => {
    const path = await file('good.ndjson', outage())
    expect(await run(['replay', path])).toEqual({
      code: 0,
      out: '7 steps, all of them the chart’s\n',
      err: '',
    })
  })

  it('says where a trace differs, with exit code 1', async () => {
    const { code, out } = await run(['replay', await file('bad.ndjson', spoilt())])
    expect(code).toBe(1)
    expect(out).toContain(
      'session.lost in attached.querying: state was attached.connected, the chart says dead.burying',
    )
  })

  it.each([
    ['no file', []],
    ['a file that is not there', ['nowhere.ndjson']],
    ['an option that is not known', ['--fast', 'x.ndjson']],
    ['two files', ['a', 'b']],
  ])('refuses %s with exit code 2', async (_, args) => {
    const { code, err } = await run(['replay', ...args])
    expect(code).toBe(2)
    expect(err.length).toBeGreaterThan(0)
  })

  it('refuses what is no trace with exit code 2, by the line', async () => {
    const { code, err } = await run(['replay', await file('no.ndjson', 'no trace')])
    expect([code, err]).toEqual([2, expect.stringContaining('line 1 of the trace is no JSON object')])
  })

  it('tells its usage', async () => {
    expect(await run(['replay', '--help'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('--as-test'),
    })
    expect(await run(['--help'])).toMatchObject({ code: 0, out: expect.stringContaining('replay') })
    expect(await run([])).toMatchObject({ code: 2, err: expect.stringContaining('usage') })
    expect(await run(['reply'])).toMatchObject({
      code: 2,
      err: expect.stringContaining(`no command 'reply'`),
    })
  })

  it('writes a trace as a test that passes, and one that was tampered with as a test that fails', async () => {
    const [good, bad] = await Promise.all(
      [outage(), spoilt()].map(async (text, index) => {
        const { code, out } = await run(['replay', '--as-test', await file(`${index}.ndjson`, text)])
        expect(code).toBe(0)
        return file(`${index === 0 ? 'good' : 'bad'}.test.ts`, out)
      }),
    )
    const outcomes = await Promise.all([vitestOf(good!), vitestOf(bad!)])
    expect(outcomes.map(({ code }) => code)).toEqual([0, 1])
    expect(outcomes[0]?.output).toMatch(/1 passed/)
    expect(outcomes[1]?.output).toContain("expected 'dead.burying' to be 'attached.connected'")
  }, 60_000)
})
