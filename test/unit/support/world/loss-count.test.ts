import { describe, expect, it } from 'vitest'
import type { ConnectionNotice } from '../../../../src/index.ts'
import { lossFaults } from '../../../support/world/loss-count.ts'

const life = (...words: string[]): ConnectionNotice[] =>
  words.map((word) => (word === 'to dead' ? { type: 'state', to: 'dead' } : { type: word })) as never

describe('losses', () => {
  it('are one for each session', () => {
    const notices = life(
      'connected',
      'lost',
      'to dead',
      'connected',
      'lost',
      'to dead',
      'connected',
      'closed',
    )
    expect(lossFaults(notices)).toEqual([])
  })

  it('are none for a session that was retired', () => {
    expect(lossFaults(life('connected', 'to dead', 'connected', 'closed', 'connected'))).toEqual([])
  })

  it('are told of when there are two for one session', () => {
    expect(lossFaults(life('connected', 'lost', 'lost'))).toEqual(['`lost` twice for one session'])
  })

  it('are told of when there was no session', () => {
    expect(lossFaults(life('lost'))).toEqual(['`lost` without a session'])
    expect(lossFaults(life('connected', 'closed', 'lost'))).toEqual(['`lost` without a session'])
  })

  it('are told of when one is missing', () => {
    const missing = '`connected` again, and the session before was not lost'
    expect(lossFaults(life('connected', 'connected'))).toEqual([missing])
  })
})
