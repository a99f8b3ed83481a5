// What every driver must do, whatever answers it: open, write in order, lose, cancel, close. Run on each driver by the tests
// of test/integration/drivers; run it on yours, with something behind it that answers 'select 1' and refuses 'nonsense'.
import { describe, expect, it } from 'vitest'
import { InvalidOptionError } from '../../../src/index.ts'
import { eventually } from '../eventually.ts'
import { newConnection, openConnection, type Subject } from './subject.ts'

export function describeWireContract(subject: () => Subject): void {
  describe('a session', () => {
    it('opens, says where it is, answers, and ends', async () => {
      const connection = newConnection(subject())
      expect(connection.state).toBe('idle')
      await connection.connect()
      expect(connection.state).toBe('connected')
      expect(connection.processId).toBeGreaterThan(0)
      expect(connection.serverVersion).toBeGreaterThanOrEqual(140_000)
      expect(connection.host).toEqual({ host: expect.any(String), port: expect.any(Number) })
      expect((await connection.query('select 1')).command).toBe('SELECT')
      await connection.end()
      expect(connection.state).toBe('closed')
    })

    it('is not opened twice, and the attempt changes nothing', async () => {
      const connection = await openConnection(subject())
      await expect(connection.connect()).rejects.toMatchObject({ code: 'ALREADY_CONNECTED' })
      await connection.query('select 1')
    })

    it('is followed by another after end() and connect()', async () => {
      const connection = await openConnection(subject())
      await connection.end()
      await expect(connection.query('select 1')).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
      await connection.connect()
      await connection.query('select 1')
    })

    it('that is lost is replaced by the next, and nothing stays unsettled', async () => {
      const connection = await openConnection(subject(), { whileDown: { waitMs: 20_000 } })
      const losses: string[] = []
      connection.on('lost', ({ failure }) => losses.push(failure.kind))
      const lost = new Promise((resolve) => connection.on('lost', resolve))
      await subject().lose(connection)
      await lost
      await connection.query('select 1')
      expect(losses).toHaveLength(1)
      expect(connection.pending).toBe(0)
    })
  })

  describe('statements', () => {
    it('are answered in the order in which they were asked', async () => {
      const connection = await openConnection(subject())
      const answered: number[] = []
      const asked = Array.from({ length: 50 }, (_, index) =>
        connection.query('select 1').then(() => answered.push(index)),
      )
      await Promise.all(asked)
      expect(answered).toEqual([...answered].sort((a, b) => a - b))
    })

    it('fail alone, with the error of the server, and the session lives', async () => {
      const connection = await openConnection(subject())
      const { processId } = connection
      const outcomes = await Promise.allSettled(
        ['select 1', 'nonsense', 'select 1'].map((text) => connection.query(text)),
      )
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
      expect(outcomes[1]).toMatchObject({ reason: { code: '42601', severity: 'ERROR' } })
      expect(connection.processId).toBe(processId)
    })

    it('whose value cannot be written are refused before they are', async () => {
      const connection = await openConnection(subject())
      const circle: unknown[] = []
      circle.push({ circle })
      await expect(connection.query('select $1', [{ circle }])).rejects.toThrow(/circular/i)
      await connection.query('select 1')
    })

    it('that are not written yet are dropped by their signal', async () => {
      const connection = await openConnection(subject(), { pipeline: false })
      const controller = new AbortController()
      const first = connection.query('select 1')
      const second = connection.query('select 1', [], { signal: controller.signal })
      controller.abort(new Error('no more'))
      await expect(second).rejects.toThrow('no more')
      await first
    })

    it('are all settled by destroy()', async () => {
      const connection = await openConnection(subject())
      const asked = Array.from({ length: 20 }, () => connection.query('select 1'))
      const outcomes = Promise.allSettled(asked)
      connection.destroy(new Error('enough'))
      const refused = { code: 'CONNECTION_CLOSED', cause: expect.objectContaining({ message: 'enough' }) }
      for (const outcome of await outcomes)
        expect(outcome).toMatchObject({ status: 'rejected', reason: refused })
      await eventually(() => connection.state === 'closed', { what: 'it is closed' })
      expect(connection.pending).toBe(0)
    })

    it('are all answered by an end() that gives them time', async () => {
      const connection = await openConnection(subject())
      const asked = Array.from({ length: 20 }, () => connection.query('select 1'))
      await connection.end({ drainMs: 10_000 })
      expect(await Promise.all(asked)).toHaveLength(20)
    })
  })

  it('is refused where the driver lacks a method', () => {
    const { open: _, ...half } = subject().driver
    expect(() => newConnection(subject(), { driver: half as never })).toThrow(InvalidOptionError)
  })
}
