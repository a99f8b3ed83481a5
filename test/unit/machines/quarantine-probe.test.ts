import { describe, expect, it } from 'vitest'
import { cancelled } from '../../../src/model/scripted-wire.ts'
import { PostOffice } from '../../support/post-office.ts'

/** A cancel that was confirmed; its probe is out, behind what `others` are. */
async function probing(...others: string[]): Promise<PostOffice> {
  const office = PostOffice.open()
  const [a] = office.askAll('a', ...others)
  office.cancel(a!)
  office.wire.answer({ error: cancelled() })
  office.wire.cancels.at(-1)?.hangUp()
  await office.turn()
  return office
}

async function pass(office: PostOffice, ms: number): Promise<void> {
  await office.clock.advanceAsync(ms)
  await office.turn()
}

describe('the probe behind a cancel', () => {
  it('convicts the session when it is not answered in 500 ms, or nobody would be served any more', async () => {
    const office = await probing()
    await pass(office, 499)
    expect(office.convictions).toEqual([])
    await pass(office, 1)
    expect(office.convictions).toEqual([
      { message: 'the server did not answer after a cancel', cause: undefined },
    ])
  })

  it('has its time from when what was written before it is answered', async () => {
    const office = await probing('b')
    await pass(office, 60_000)
    expect(office.convictions).toEqual([])
    office.wire.answer()
    await pass(office, 499)
    expect(office.convictions).toEqual([])
    await pass(office, 1)
    expect(office.convictions).toHaveLength(1)
  })

  it('answered in time convicts nobody, and leaves no timer', async () => {
    const office = await probing('b')
    office.wire.answer()
    office.wire.answer()
    expect(office.clock.pendingTimers).toBe(0)
  })

  it('of a session that is lost leaves no timer', async () => {
    const office = await probing()
    office.lose()
    expect(office.clock.pendingTimers).toBe(0)
  })
})

describe('what its caller wants gone', () => {
  it('is not repeated on the next session, though he once vouched for that', async () => {
    const office = PostOffice.open()
    const kept = office.ask('kept', { isIdempotent: true })
    const unwanted = office.ask('unwanted', { isIdempotent: true })
    office.cancel(unwanted)
    expect(office.lose()).toEqual(['kept'])
    expect(office.settledWith).toEqual([{ text: 'unwanted', error: 'lost, unknown' }])
    const wire = await office.nextSession()
    expect(wire.written).toEqual([kept.text])
  })
})
