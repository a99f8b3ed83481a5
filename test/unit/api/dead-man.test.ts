import { describe, expect, it } from 'vitest'
import type { Core } from '../../../src/api/core.ts'
import { setDeadMan } from '../../../src/api/sessions/dead-man.ts'
import { createFailure } from '../../../src/errors/failure.ts'
import { ConnectionLostError } from '../../../src/errors/session-errors.ts'
import { Lane } from '../../../src/machines/mailbox/lane.ts'
import type { Request } from '../../../src/machines/mailbox/request.ts'

const lane = new Lane<Request>('preparation')

interface Server {
  answer?: (text: string) => unknown[]
  host?: string
  version?: number | 'none'
  outages?: boolean
}

/** A connection to a server that answers what it likes. */
function connectionTo({ answer = () => [], host = 'db', version = 180_000, outages = true }: Server) {
  const asked: string[] = []
  const warnings: unknown[] = []
  const serverVersion = version === 'none' ? undefined : version
  const core = {
    settings: { name: 'it', driver: { capabilities: { outages } } },
    mailbox: { wire: { serverVersion, host: { host, port: 5432 } } },
    newRequest: (init: object) => init,
    ask: async ({ text }: { text: string }) => {
      asked.push(text)
      return { rows: answer(text) }
    },
    notices: { publish: (notice: unknown) => warnings.push(notice) },
  } as unknown as Core
  return { core, asked, warnings }
}

const refusal = (name: string, taken = '0') => ({ name, value: '60000', taken })

describe('what a server is asked to do about clients that are gone', () => {
  it('is told once when it does not take it, whatever it says', async () => {
    const answer = (text: string) => {
      if (text.includes('tcp_user_timeout')) return [refusal('tcp_user_timeout'), refusal('other', '60000')]
      throw Object.assign(new Error('not on this system'), { code: '22023', severity: 'ERROR' })
    }
    const { core, warnings } = connectionTo({ answer })
    await setDeadMan(core, lane)
    await setDeadMan(core, lane)
    expect(warnings).toEqual([
      {
        type: 'warning',
        reason: 'deadManRefused',
        message:
          'the server of it did not take client_connection_check_interval, tcp_user_timeout: it may work on for clients that are gone',
      },
    ])
  })

  it("is nobody's concern when it is too old, or was told already, or is lost meanwhile", async () => {
    const lost = () => {
      const failure = createFailure({ kind: 'closed', phase: 'idle', message: 'gone' })
      throw new ConnectionLostError('gone', { failure, outcome: 'unknown' })
    }
    for (const answer of [() => [], lost]) {
      const { core, asked, warnings } = connectionTo({ answer })
      await setDeadMan(core, lane)
      expect([asked.length, warnings]).toEqual([2, []])
    }
  })

  it('is nothing about TCP where there is none', async () => {
    const { core, asked } = connectionTo({ host: '/run/postgresql' })
    await setDeadMan(core, lane)
    expect(asked).toEqual([expect.not.stringContaining('tcp_')])
  })

  it.each([{ outages: false }, { version: 'none' as const }])('is nothing at all of %j', async (server) => {
    const { core, asked } = connectionTo(server)
    await setDeadMan(core, lane)
    expect(asked).toEqual([])
  })
})
