import { describe, expect, it } from 'vitest'
import { HostCare } from '../../../src/api/hosts/host-care.ts'
import { Lane } from '../../../src/machines/mailbox/lane.ts'
import { VirtualClock } from '../../../src/model/virtual-clock.ts'
import { type SessionRole, type TargetSessionAttrs, unknownRole } from '../../../src/topology/session-role.ts'

const target = { host: 'db', port: 5432 }
const primary = { isStandby: false, isReadOnly: false }
const standby = { isStandby: true, isReadOnly: true }

/** A connection at a server of that kind, which may tell its kind unasked. */
async function staying(wanted: TargetSessionAttrs, kind: SessionRole, told: SessionRole) {
  const asked: string[] = []
  const retirements: string[] = []
  let now = kind
  const answer = async (text: string) => {
    asked.push(text)
    return { ...now }
  }
  type Parts = ConstructorParameters<typeof HostCare>
  const traveller = {
    settings: { name: 'it', clock: new VirtualClock(), random: Math.random },
    notices: { publish: () => undefined },
    newRequest: (init: { text: string }) => init,
    ask: async ({ text }: { text: string }) => ({ rows: [await answer(text)] }),
  } as unknown as Parts[1]
  const plan = { targets: [target], wanted, isRandom: false, maxStalenessMs: undefined }
  const care = new HostCare(plan, traveller)
  await care.inspect(target, told, wanted, new Lane('preparation'))
  care.attached({ report: () => undefined, retire: (reason) => retirements.push(reason) })
  asked.length = 0
  return { care, answer, asked, retirements, becomes: (role: SessionRole) => (now = role) }
}

describe('a server that does not tell its kind unasked', () => {
  it('is asked, and left when it is of another', async () => {
    const { care, answer, asked, retirements, becomes } = await staying('primary', primary, unknownRole)
    await care.recheck(answer)
    expect([asked.length, retirements]).toEqual([1, []])
    expect(asked[0]).toContain('pg_is_in_recovery')
    becomes(standby)
    await care.recheck(answer)
    expect(retirements).toEqual(['db:5432 is a standby'])
  })
})

describe('a server that tells its kind with its answers', () => {
  it('is asked for any', async () => {
    const { care, answer, asked, retirements } = await staying('read-write', primary, primary)
    await care.recheck(answer)
    expect([asked, retirements]).toEqual([[''], []])
  })
})

describe('where any server will do', () => {
  it.each(['any', 'prefer-standby'] as const)('none is asked: %s', async (wanted) => {
    const { care, answer, asked } = await staying(wanted, primary, primary)
    await care.recheck(answer)
    expect(asked).toEqual([])
  })
})
