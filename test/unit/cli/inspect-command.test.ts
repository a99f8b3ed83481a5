import { describe, expect, it } from 'vitest'
import { runCommand } from '../../../src/cli/commands.ts'
import { inspect } from '../../../src/cli/inspect-command.ts'

async function run(...args: string[]) {
  const out: string[] = []
  const err: string[] = []
  const terminal = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) }
  const code = await runCommand({ inspect }, ['inspect', ...args], terminal)
  return { code, out: out.join(''), err: err.join('') }
}

describe('pg-supervisor inspect', () => {
  it('says how it is called', async () => {
    const { code, out } = await run('--help')
    expect(code).toBe(0)
    expect(out).toContain('--show-sql')
  })

  it('is called with one trace at most, which must be there, and with options that it knows', async () => {
    expect(await run('a.ndjson', 'b.ndjson')).toMatchObject({
      code: 2,
      err: expect.stringContaining('usage'),
    })
    expect(await run('nowhere.ndjson')).toMatchObject({
      code: 2,
      err: 'nowhere.ndjson: there is no such file to read\n',
    })
    expect(await run('--chaos')).toMatchObject({
      code: 2,
      err: expect.stringContaining("Unknown option '--chaos'"),
    })
  })
})
