import { describe, expect, it } from 'vitest'
import { Connection, ConnectionClosedError } from '../../../../src/index.ts'
import { SecretWatch } from '../../../support/world/secrets.ts'

const serverError = Object.assign(new Error('value hunter22 is bad'), { code: '22P02', severity: 'ERROR' })

describe('a secret', () => {
  it('is found in log lines, in words and in fields', () => {
    const watch = new SecretWatch(['hunter22'])
    watch.logger.info('connected')
    expect(watch.faults).toEqual([])
    watch.logger.debug('with hunter22')
    watch.logger.error('failed', { deep: { down: 'hunter22' } })
    expect(watch.faults).toEqual([
      expect.stringContaining('a secret in a log line (debug)'),
      expect.stringContaining('a secret in a log line (error)'),
    ])
    expect(watch.lines).toHaveLength(3)
  })

  it('is found in our errors, their fields and their causes', () => {
    for (const error of [
      new ConnectionClosedError('hunter22'),
      new ConnectionClosedError('closed', { connectionName: 'hunter22' }),
      new ConnectionClosedError('closed', { cause: new ConnectionClosedError('hunter22') }),
    ]) {
      const watch = new SecretWatch(['hunter22'])
      watch.judge(error)
      expect(watch.faults).toEqual([expect.stringContaining('the error CONNECTION_CLOSED')])
    }
  })

  it('may stand in errors of the server, which are their own words', () => {
    const watch = new SecretWatch(['hunter22'])
    watch.judge(serverError)
    watch.judge(new ConnectionClosedError('closed', { cause: serverError }))
    expect(watch.faults).toEqual([])
  })

  it('is found in notices, but for what is not ours', () => {
    const watch = new SecretWatch(['hunter22'])
    watch.hear({ type: 'notification', channel: 'a', payload: 'hunter22', processId: 1 })
    watch.hear({ type: 'listenerError', error: serverError, during: 'a test' })
    expect(watch.faults).toEqual([])
    watch.hear({ type: 'warning', reason: 'a', message: 'hunter22' })
    expect(watch.faults).toEqual([expect.stringContaining(`the notice 'warning'`)])
  })

  it('is found in what an inspector prints of a connection', () => {
    const watch = new SecretWatch(['hunter22'])
    watch.look(new Connection({ name: 'plain' }))
    expect(watch.faults).toEqual([])
    watch.look(new Connection({ name: 'hunter22' }))
    expect(watch.faults.length).toBeGreaterThanOrEqual(2)
  })
})
