import { execFileSync } from 'node:child_process'
import { afterAll, describe, expect, it } from 'vitest'
import { lacksNamespaces } from '../support/network-namespace.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

// Nobody's address: 198.18.0.0/15 is set aside for tests of networks (RFC 2544).
const host = '198.18.255.254'

describe('a host to which there is no way', () => {
  it.for([
    ['unreachable', 'EHOSTUNREACH'],
    ['prohibit', 'EACCES'],
    ['blackhole', 'EINVAL'],
  ] as const)(
    'by a route that is %s is a failed attempt, and worth another',
    async ([route, code], context) => {
      const lack = lacksNamespaces()
      context.skip(lack !== undefined, lack)
      await using world = await openWorld({ server, connections: 1 })
      const { user } = server
      const connection = world.connection({ connectionString: '', host, user, connectTimeoutMs: 5000 })
      execFileSync('ip', ['route', 'replace', route, host])
      try {
        await expect(connection.connect()).rejects.toMatchObject({
          hopeless: false,
          retrySafe: true,
          failure: { kind: 'network', code, phase: 'connecting' },
        })
      } finally {
        execFileSync('ip', ['route', 'delete', route, host])
      }
    },
  )
})
