import { describe, expect, it } from 'vitest'
import { inContextOfNow, isNestedIn, runInside } from '../../../src/api/leases/scope.ts'
import { Lane } from '../../../src/machines/mailbox/lane.ts'

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

function lanes() {
  const root = new Lane('autocommit')
  const transaction = new Lane('transaction', root)
  const savepoint = new Lane('savepoint', transaction)
  for (const lane of [root, transaction, savepoint]) lane.stage = 'open'
  return { root, transaction, savepoint, other: new Lane('autocommit') }
}

describe('a call', () => {
  it('from nowhere is nested in nothing', () => {
    expect(isNestedIn(lanes().root)).toBe(false)
  })

  it('from inside of a transaction is nested in whatever is around that, but not in itself', () => {
    const { root, transaction, savepoint, other } = lanes()
    const seen = runInside(transaction, () => [root, transaction, savepoint, other].map(isNestedIn))
    expect(seen).toEqual([true, false, false, false])
  })

  it('from inside of a nested transaction is nested in the outer one too', () => {
    const { root, transaction, savepoint } = lanes()
    const seen = runInside(transaction, () =>
      runInside(savepoint, () => [root, transaction, savepoint].map(isNestedIn)),
    )
    expect(seen).toEqual([true, true, false])
  })

  it('keeps its place over every await, and over timers', async () => {
    const { root, transaction } = lanes()
    const seen = await runInside(transaction, async () => {
      await turn()
      return new Promise((resolve) => {
        setTimeout(() => resolve(isNestedIn(root)), 0)
      })
    })
    expect(seen).toBe(true)
    expect(isNestedIn(root)).toBe(false)
  })

  it('is nested in nothing once that has ended, though it comes from there', async () => {
    const { root, transaction } = lanes()
    const seen = runInside(transaction, async () => {
      await turn()
      return isNestedIn(root)
    })
    transaction.stage = 'ended'
    expect(await seen).toBe(false)
  })

  it('from inside of another connection is nested in both', () => {
    const { root, transaction } = lanes()
    const second = lanes()
    const seen = runInside(transaction, () =>
      runInside(second.transaction, () => [root, second.root, transaction].map(isNestedIn)),
    )
    expect(seen).toEqual([true, true, false])
  })
})

describe('a callback', () => {
  it('runs in the context in which it was registered, not in that of its caller', () => {
    const { root, transaction } = lanes()
    const registeredOutside = inContextOfNow((lane: Lane) => isNestedIn(lane))
    const registeredInside = runInside(transaction, () => inContextOfNow((lane: Lane) => isNestedIn(lane)))
    expect(runInside(transaction, () => registeredOutside(root))).toBe(false)
    expect(registeredInside(root)).toBe(true)
  })
})
