import { describe, expect, it } from 'vitest'
import { type Ask, type CommitResolution, resolveCommit } from '../../../../src/api/commits/resolve-commit.ts'

const witness = {
  transactionId: '755',
  timeline: '00000001',
  systemIdentifier: '77',
  countsSince: '2026-01-01',
  processId: 7,
  startedAt: '1.5',
}
const here = { systemIdentifier: '77', countsSince: '2026-01-01', timeline: '00000001' }

interface Server {
  readonly cluster?: object
  /** Of the transaction, one at each look; the last one stays. */
  readonly statuses?: readonly (string | null | Error)[]
  readonly fence?: () => void
}

const refusal = (code: string): Error => Object.assign(new Error('refused'), { code, severity: 'ERROR' })

async function resolve(server: Server, looks = 9): Promise<CommitResolution & { fenced: number }> {
  const statuses = [...(server.statuses ?? [])]
  let fenced = 0
  const ask: Ask = async (text) => {
    if (text.includes('pg_is_in_recovery')) return { ...here, ...server.cluster }
    if (text.includes('pg_terminate_backend')) {
      fenced++
      server.fence?.()
      return undefined
    }
    const status = statuses.length > 1 ? statuses.shift() : statuses[0]
    if (status instanceof Error) throw status
    return { status: status ?? null }
  }
  let pauses = 0
  const patience = {
    pause: async () => void pauses++,
    get isOver() {
      return pauses >= looks
    },
  }
  return { ...(await resolveCommit(witness, ask, patience)), fenced }
}

describe('what became of a commit', () => {
  it.each(['committed', 'aborted'] as const)('is known when the server says %s', async (kind) => {
    expect(await resolve({ statuses: [kind] })).toEqual({ kind, fenced: 0 })
  })

  it('is known to be undone after a crash, too', async () => {
    const server = { cluster: { countsSince: '2026-02-02' }, statuses: ['aborted'] }
    expect(await resolve(server)).toEqual({ kind: 'aborted', fenced: 0 })
  })

  it('is known when its server process has been ended', async () => {
    const statuses = ['in progress', 'in progress', 'in progress', 'aborted']
    expect(await resolve({ statuses })).toEqual({ kind: 'aborted', fenced: 1 })
  })

  it('is waited for where the process is not ours to end', async () => {
    const fence = () => {
      throw refusal('42501')
    }
    expect(await resolve({ statuses: ['in progress', 'in progress', 'committed'], fence })).toMatchObject({
      kind: 'committed',
    })
  })

  it.each<[string, Server, RegExp]>([
    ['of another cluster', { cluster: { systemIdentifier: '78' } }, /another cluster/],
    ['on another timeline', { cluster: { timeline: '00000002' } }, /another timeline: 00000002/],
    ['of a standby', { cluster: { timeline: null } }, /standby/],
    ['that has crashed', { cluster: { countsSince: '2026-02-02' }, statuses: ['committed'] }, /has crashed/],
    ['that has forgotten it', { statuses: [null] }, /no longer remembers/],
    ['to which it lies in the future', { statuses: [refusal('22023')] }, /no longer remembers/],
    ['whose process can not be ended', { statuses: ['in progress'] }, /still at work/],
  ])('is unknown to a server %s', async (_, server, evidence) => {
    expect(await resolve(server)).toMatchObject({
      kind: 'unknown',
      evidence: expect.stringMatching(evidence),
    })
  })

  it('is not guessed when the server refuses to say', async () => {
    await expect(resolve({ statuses: [refusal('42501')] })).rejects.toMatchObject({ code: '42501' })
  })
})
