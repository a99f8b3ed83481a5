import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { runCommand } from '../../src/cli/commands.ts'
import { doctor } from '../../src/cli/doctor-command.ts'
import { eventually } from '../support/eventually.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

async function called(...args: string[]) {
  const said = { out: '', err: '' }
  const code = await runCommand({ doctor }, ['doctor', ...args], {
    out: (text) => {
      said.out += text
    },
    err: (text) => {
      said.err += text
    },
  })
  expect(said.out + said.err).not.toContain(server.password)
  return { code, ...said }
}

const changed = (change: (url: URL) => void): string => {
  const url = new URL(server.url)
  change(url)
  return url.href
}

describe('npx pg-supervisor doctor', () => {
  it('finds a server of one’s own well, and leaves nothing behind', async () => {
    const { code, out } = await called(server.url)
    expect(out).toMatch(/^✓ PostgreSQL \d+\.\d+, a session in \d+ ms, a round trip in [\d.]+ ms\n/)
    expect(out).toContain('✓ nothing between here and PostgreSQL changes sessions; LISTEN works\n')
    expect(out).toContain("set idle_in_transaction_session_timeout = '60s'")
    expect(code).toBe(0)
    await eventually(async () => (await server.backends()).length === 0, { what: 'its sessions are gone' })
  })

  it('takes libpq’s keywords, too', async () => {
    const { hostname, port, username, password } = new URL(server.url)
    const words = `host=${hostname} port=${port} user=${username} password=${password} dbname=nowhere`
    const { code, out } = await called(words)
    expect(out).toBe('✗ there is no database nowhere\n    createdb nowhere\n')
    expect(code).toBe(1)
  })

  it('says when nobody listens', async () => {
    const { code, out } = await called(changed((url) => (url.port = '1')))
    expect(out).toContain('but nobody listens on port 1\n')
    expect(code).toBe(1)
  })

  it('says when the server has no TLS', async () => {
    const { out } = await called(changed((url) => url.searchParams.set('sslmode', 'verify-full')))
    expect(out).toMatch(/^✗ the server has no TLS\n/)
  })

  it('says when nothing answers', async () => {
    const silent = createServer().listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const url = changed((each) => {
      each.port = String(port)
      each.searchParams.set('connect_timeout', '2')
    })
    const { out } = await called(url)
    expect(out).toContain(`nothing answers at 127.0.0.1:${port}`)
    silent.close()
  })

  it('refuses what is no address, with exit code 2', async () => {
    const { code, err } = await called('http://example.com')
    expect(err).toMatch(/^option `connectionString` wants /)
    expect(code).toBe(2)
  })
})
