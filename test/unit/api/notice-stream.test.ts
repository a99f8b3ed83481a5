import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { ConnectionNotice } from '../../../src/api/connection-events.ts'
import { NoticeStream } from '../../../src/api/notices/notice-stream.ts'
import { InvalidOptionError } from '../../../src/errors/invalid-option-error.ts'

const warning = (message: string): ConnectionNotice => ({ type: 'warning', reason: 'test', message })
const closed: ConnectionNotice = { type: 'closed' }

function streamOf(options?: ConstructorParameters<typeof NoticeStream>[0]) {
  let left = 0
  const stream = new NoticeStream(options, () => left++)
  const push = (...messages: string[]) => {
    for (const message of messages) stream.push(warning(message))
  }
  return { stream, push, left: () => left }
}

async function readAll(stream: NoticeStream): Promise<string[]> {
  const read: string[] = []
  for await (const notice of stream) {
    read.push(notice.type === 'warning' ? notice.message : notice.type)
  }
  return read
}

describe('a stream of notices', () => {
  it('gives what was told before it is read, and what is told later, in order', async () => {
    const { stream, push } = streamOf()
    push('1', '2')
    const reading = readAll(stream)
    await Promise.resolve()
    push('3')
    stream.push(closed)
    expect(await reading).toEqual(['1', '2', '3', 'closed'])
  })

  it('ends with closed, and hears nothing after it', async () => {
    const { stream, push, left } = streamOf()
    stream.push(closed)
    push('late')
    expect(await readAll(stream)).toEqual(['closed'])
    expect(left()).toBeGreaterThan(0)
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })

  it('ends when its loop is left, and lets go of its signal', async () => {
    const { signal } = new AbortController()
    const { stream, push, left } = streamOf({ signal })
    push('1', '2')
    for await (const _ of stream) break
    expect(left()).toBeGreaterThan(0)
    expect(getEventListeners(signal, 'abort')).toEqual([])
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })

  it('ends at once when it is aborted, whatever waits in it', async () => {
    const controller = new AbortController()
    const { stream, push } = streamOf({ signal: controller.signal })
    push('1', '2')
    controller.abort()
    expect(await readAll(stream)).toEqual([])
  })

  it('ends at once when it was aborted before it began', async () => {
    const { stream, push } = streamOf({ signal: AbortSignal.abort() })
    push('1')
    expect(await readAll(stream)).toEqual([])
  })

  it('wakes a reader who waits when it is aborted', async () => {
    const controller = new AbortController()
    const { stream } = streamOf({ signal: controller.signal })
    const next = stream.next()
    controller.abort()
    expect(await next).toEqual({ done: true, value: undefined })
  })

  it('wakes every reader who waits, each with a notice of his own', async () => {
    const { stream, push } = streamOf()
    const readers = [stream.next(), stream.next(), stream.next()]
    push('1', '2')
    stream.push(closed)
    const read = await Promise.all(readers)
    expect(read.map(({ value }) => (value as { message?: string }).message ?? 'closed')).toEqual([
      '1',
      '2',
      'closed',
    ])
  })

  it('ends every reader who waits when it ends', async () => {
    const { stream } = streamOf()
    const readers = [stream.next(), stream.next()]
    await stream.return()
    expect(await Promise.all(readers)).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ])
  })

  it('drops the oldest when nobody reads, says how many, and still tells the end', async () => {
    const { stream, push } = streamOf({ bufferLimit: 3 })
    push('1', '2', '3', '4')
    expect(await stream.next()).toEqual({ done: false, value: { type: 'overflow', dropped: 1 } })
    push('5', '6')
    stream.push(closed)
    expect(await stream.next()).toEqual({ done: false, value: { type: 'overflow', dropped: 3 } })
    expect(await readAll(stream)).toEqual(['5', '6', 'closed'])
  })

  it.each([0, -1, 1.5, Number.NaN, '10', null])('does not take %j for a limit', (bufferLimit) => {
    expect(() => streamOf({ bufferLimit } as never)).toThrow(InvalidOptionError)
  })
})
