import { describe, expect, it } from 'vitest'
import { QueueFullError } from '../../../../src/index.ts'
import { PromiseWatch } from '../../../support/world/promise-watch.ts'

describe('watched promises', () => {
  it('are pending until they settle', async () => {
    const watch = new PromiseWatch()
    let resolve: (value: unknown) => void = () => {}
    watch.watch(new Promise((settle) => (resolve = settle)), 'slow')
    await watch.settled(1)
    expect(watch.pending).toEqual(['slow'])
    resolve(1)
    await watch.settled(1000)
    expect(watch.pending).toEqual([])
  })

  it('say what became of what they stand for', async () => {
    const watch = new PromiseWatch()
    watch.watch(Promise.resolve(), 'a')
    watch.watch(Promise.reject(new QueueFullError('full')), 'b')
    watch.watch(Promise.reject(new Error('odd')), 'c')
    await watch.settled(1000)
    expect(watch.all.map(({ verdict }) => verdict)).toEqual(['resolved', 'notApplied', 'unknown'])
    expect(watch.errors).toEqual([expect.any(QueueFullError), new Error('odd')])
  })
})
