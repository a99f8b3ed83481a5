import { describe, expect, it } from 'vitest'
import { PostOffice } from '../../support/post-office.ts'

describe('what the chart is told', () => {
  it('comes a turn of the loop after the last answer, once', async () => {
    const office = PostOffice.open()
    office.askAll('a', 'b')
    await office.turn()
    office.wire.answerAll()
    expect(office.occupations).toEqual([])
    await office.turn()
    expect(office.occupations).toEqual(['connected'])
    await office.turn()
    expect(office.occupations).toEqual(['connected'])
  })

  it('is nothing while a busy connection stays busy', async () => {
    const office = PostOffice.open()
    office.ask('a')
    for (let n = 0; n < 20; n++) {
      office.ask(`${n}`)
      office.wire.answer()
      await office.turn()
    }
    expect(office.occupations).toEqual([])
  })

  it('follows a transaction through its phases', async () => {
    const office = PostOffice.open()
    const { lane } = office.lease('transaction')
    const told = async (act: () => void) => {
      act()
      await office.turn()
      return office.occupations.at(-1)
    }
    expect(await told(() => undefined)).toBe('inTransaction.querying')
    expect(await told(() => office.wire.answer({ status: 'T' }))).toBe('inTransaction.waiting')
    office.ask('a', { lane })
    expect(office.mailbox.occupation).toBe('inTransaction.querying')
    expect(await told(() => office.wire.answer({ error: 'no', status: 'E' }))).toBe('inTransaction.failed')
    expect(office.mailbox.occupation).toBe('inTransaction.failed')
    office.ask('ROLLBACK', { lane, role: 'rollback' })
    expect(office.mailbox.occupation).toBe('inTransaction.rollingBack')
    await told(() => office.wire.answer({ status: 'I' }))
    office.ask('COMMIT', { lane, role: 'commit' })
    expect(office.mailbox.occupation).toBe('inTransaction.committing')
    office.wire.answer()
    expect(await told(() => office.mailbox.endLane(lane))).toBe('connected')
  })

  it('leaves out what was over within the turn', async () => {
    const office = PostOffice.open()
    office.ask('a')
    const { lane } = office.lease('session')
    office.mailbox.endLane(lane)
    await office.turn()
    expect(office.occupations).toEqual([])
  })

  it('is nothing of a preparation, nor after the session is gone', async () => {
    const office = new PostOffice()
    const lane = office.mailbox.attach(office.wire)
    office.ask('set x', { lane })
    office.wire.answer()
    await office.turn()
    office.mailbox.openGate()
    office.ask('a')
    office.lose()
    await office.turn()
    expect([office.occupations, office.quietness]).toEqual([[], []])
  })

  it('is also that all is quiet, or not yet', async () => {
    const office = PostOffice.open()
    office.ask('a')
    office.wire.answer()
    await office.turn()
    const { lane } = office.lease('session')
    await office.turn()
    office.mailbox.endLane(lane)
    await office.turn()
    expect(office.quietness).toEqual([true, false, true])
  })

  it('begins anew with each session: it is connected until told otherwise', async () => {
    const office = PostOffice.open()
    const { lane } = office.lease('session')
    await office.turn()
    office.lose()
    office.connect()
    await office.turn()
    expect(office.occupations).toEqual(['inTransaction.waiting'])
    expect(lane.stage).toBe('ended')
  })

  it('is that it is busy, when work had waited for the gate to open', async () => {
    const office = new PostOffice()
    office.ask('a')
    office.connect()
    await office.turn()
    expect(office.occupations).toEqual(['querying'])
  })

  it('is nothing of a probe, which is the own affair of the supervisor', async () => {
    const office = PostOffice.open()
    office.mailbox.accept(office.probe())
    await office.turn()
    office.wire.answer()
    await office.turn()
    expect(office.occupations).toEqual([])
  })

  it('is that it is connected again when all that was asked was refused', async () => {
    const office = PostOffice.open()
    const { lane } = office.lease('session')
    office.mailbox.endLane(lane)
    await office.turn()
    office.ask('late', { lane })
    await office.turn()
    expect(office.occupations).toEqual(['connected', 'connected'])
  })
})

describe('the wire', () => {
  it('keeps the process alive from the first statement on', () => {
    const office = PostOffice.open()
    office.ask('a')
    office.ask('b')
    expect(office.wire.calls.filter((call) => call === 'ref')).toEqual(['ref'])
  })
})
