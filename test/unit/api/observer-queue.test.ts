import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, it } from 'vitest'
import type { NotificationObserver } from '../../../src/api/connection-events.ts'
import { ObserverQueue } from '../../../src/api/listening/observer-queue.ts'

const turn = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)))
const notification = (payload: string, channel = 'jobs') => ({ channel, payload, processId: 1 })

function queueOf(observer: NotificationObserver, limit = 10) {
  const errors: unknown[] = []
  const overflows: unknown[][] = []
  let now = 0
  const queue = new ObserverQueue(observer, limit, {
    failed: (error) => errors.push(error),
    overflowed: (...told) => overflows.push(told),
    now: () => now++,
  })
  const push = (...payloads: string[]) => {
    for (const payload of payloads) queue.push(notification(payload))
  }
  return { queue, push, errors, overflows }
}

/** An observer that takes its time: each call ends when it is told to. */
function slowObserver() {
  const heard: string[] = []
  const ends: (() => void)[] = []
  const observer: NotificationObserver = ({ payload }) => {
    heard.push(payload)
    return new Promise<void>((resolve) => ends.push(resolve))
  }
  const goOn = async () => {
    ends.shift()?.()
    await turn()
  }
  return { heard, observer, goOn }
}

describe('an observer', () => {
  it('is called in the order of arrival, and never inside of the call that tells it', async () => {
    const heard: string[] = []
    const { push } = queueOf(({ payload }) => heard.push(payload))
    push('1', '2')
    expect(heard).toEqual([])
    await turn()
    push('3')
    await turn()
    expect(heard).toEqual(['1', '2', '3'])
  })

  it('is awaited before its next call', async () => {
    const { heard, observer, goOn } = slowObserver()
    const { push } = queueOf(observer)
    push('1', '2', '3')
    await turn()
    expect(heard).toEqual(['1'])
    await goOn()
    expect(heard).toEqual(['1', '2'])
    await goOn()
    expect(heard).toEqual(['1', '2', '3'])
  })

  it.each<[string, NotificationObserver]>([
    [
      'throws',
      () => {
        throw new Error('no')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no'))],
    [
      'answers what can not be awaited',
      () =>
        new Proxy(
          {},
          {
            get: () => () => {
              throw new Error('no')
            },
          },
        ),
    ],
  ])('that %s is reported, and called again for the next', async (_, observer) => {
    const { push, errors } = queueOf(observer)
    push('1', '2')
    await turn()
    expect(errors.map(String)).toEqual(['Error: no', 'Error: no'])
  })

  it('that is removed while it works finishes its call, and hears no more', async () => {
    const { heard, observer, goOn } = slowObserver()
    const { push, queue } = queueOf(observer)
    push('1', '2')
    await turn()
    queue.close()
    push('3')
    await goOn()
    expect(heard).toEqual(['1'])
  })

  it('may remove itself', async () => {
    const heard: string[] = []
    const { push, queue } = queueOf(({ payload }) => {
      heard.push(payload)
      queue.close()
    })
    push('1', '2')
    await turn()
    expect(heard).toEqual(['1'])
  })

  it('that is too slow keeps the newest up to its limit; what was dropped is told once a turn', async () => {
    const { heard, observer, goOn } = slowObserver()
    const { push, queue, overflows } = queueOf(observer, 2)
    push('1')
    await turn()
    push('2', '3', '4')
    queue.push(notification('5', 'other'))
    queue.push(notification('6'))
    expect(overflows).toEqual([])
    await turn()
    // When the first and the last of those that were dropped had come.
    expect(overflows).toEqual([[['jobs'], 1, 3]])
    await goOn()
    await goOn()
    expect(heard).toEqual(['1', '5', '6'])
  })

  it('hears of every channel that lost something', async () => {
    const { push, queue, overflows } = queueOf(() => undefined, 1)
    queue.push(notification('1', 'a'))
    queue.push(notification('2', 'b'))
    push('3', '4')
    await turn()
    expect(overflows).toEqual([[['a', 'b', 'jobs'], 0, 2]])
    queue.push(notification('5', 'c'))
    push('6')
    await turn()
    expect(overflows[1]).toEqual([['c'], 4, 4])
  })

  it('runs in the context in which it was registered', async () => {
    const storage = new AsyncLocalStorage<string>()
    const seen: unknown[] = []
    const { push } = storage.run('registered', () => queueOf(() => seen.push(storage.getStore())))
    storage.run('told', () => push('1'))
    await turn()
    expect(seen).toEqual(['registered'])
  })
})
