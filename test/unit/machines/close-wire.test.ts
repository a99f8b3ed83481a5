import { describe, expect, it } from 'vitest'
import { Lane } from '../../../src/machines/mailbox/lane.ts'
import { Request } from '../../../src/machines/mailbox/request.ts'
import { closeMs, closeWire } from '../../../src/machines/session/close-wire.ts'
import { ScriptedWire } from '../../../src/model/scripted-wire.ts'
import { VirtualClock } from '../../../src/model/virtual-clock.ts'

const statement = () =>
  new Request(
    1,
    { text: 'select pg_sleep(60)', lane: new Lane('autocommit') },
    { answered: () => undefined, settled: () => undefined },
  )

function closing(prepare: (wire: ScriptedWire) => void, manner: 'goodbye' | 'cut' = 'goodbye') {
  const clock = new VirtualClock()
  const wire = new ScriptedWire()
  prepare(wire)
  wire.calls.length = 0
  let isClosed = false
  const done = closeWire(wire, clock, manner).then(() => {
    isClosed = true
  })
  return { clock, wire, done, isClosed: () => isClosed }
}

describe('closing a session', () => {
  it('says goodbye to a server that has nothing to do, and waits until the socket is closed', async () => {
    const { wire, clock, done, isClosed } = closing(() => undefined)
    await clock.advanceAsync(closeMs - 1)
    expect([wire.calls, isClosed()]).toEqual([['end'], false])
    wire.close()
    await done
    expect(clock.pendingTimers).toBe(0)
  })

  it('cuts off a server that does not answer the goodbye in 500 ms', async () => {
    const { wire, clock, done } = closing(() => undefined)
    await clock.advanceAsync(closeMs)
    await done
    expect(wire.calls).toEqual(['end', 'destroy'])
  })

  it('first asks a server that is busy to cancel, so that no backend works for nobody', async () => {
    const { wire, clock, done } = closing((busy) => busy.submit(statement()))
    expect(wire.calls).toEqual(['cancel'])
    wire.cancels[0]?.hangUp()
    await done
    expect(wire.calls.slice(0, 2)).toEqual(['cancel', 'destroy'])
    expect(clock.pendingTimers).toBe(0)
  })

  it('says goodbye after the cancel where the statement was answered by it', async () => {
    const { wire, done } = closing((busy) => busy.submit(statement()))
    wire.answer()
    wire.cancels[0]?.hangUp()
    await new Promise((resolve) => setImmediate(resolve))
    expect(wire.calls).toEqual(['cancel', 'end'])
    wire.close()
    await done
  })

  it('cuts off a busy server that does not take the cancel in 500 ms, and breaks off the asking', async () => {
    const { wire, clock, done } = closing((busy) => busy.submit(statement()))
    await clock.advanceAsync(closeMs)
    await done
    expect(wire.calls).toContain('destroy')
    expect(wire.cancels[0]?.signal.aborted).toBe(true)
  })

  it('cuts off a busy server that can not be asked', async () => {
    const { wire, done } = closing((busy) => busy.submit(statement()))
    wire.cancels[0]?.fail(new Error('ECONNREFUSED'))
    await done
    expect(wire.calls.slice(0, 2)).toEqual(['cancel', 'destroy'])
  })

  it('only clears away what is lost already', async () => {
    const { wire, done } = closing((lost) => {
      lost.submit(statement())
      lost.close()
    })
    await done
    expect(new Set(wire.calls)).toEqual(new Set(['destroy']))
  })

  it('says nothing to somebody who does not answer any more', async () => {
    const { wire, done } = closing((silent) => silent.submit(statement()), 'cut')
    await done
    expect(new Set(wire.calls)).toEqual(new Set(['destroy']))
  })
})
