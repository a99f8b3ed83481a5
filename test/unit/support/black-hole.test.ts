import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { openBlackHole } from '../../support/black-hole.ts'
import { eventually } from '../../support/eventually.ts'

describe('a black hole', () => {
  it('neither accepts nor refuses a connection', async () => {
    using hole = await openBlackHole()
    const events: string[] = []
    const socket = connect(hole)
    for (const event of ['connect', 'error', 'close']) socket.on(event, () => events.push(event))
    await expect(
      eventually(() => events.length > 0, { what: 'anything at all', timeoutMs: 300 }),
    ).rejects.toThrow('anything at all')
    expect(socket.connecting).toBe(true)
    socket.destroy()
  })
})
