import { describe, expect, it } from 'vitest'
import type { Facts } from '../../../src/cli/doctor/facts.ts'
import { judgeFailure } from '../../../src/cli/doctor/judge-failure.ts'
import { judgeServer } from '../../../src/cli/doctor/judge-server.ts'
import { createFailure } from '../../../src/errors/failure.ts'

const healthy: Facts = {
  host: 'db.example',
  user: 'app',
  versionNumber: 180_004,
  connectMs: 12,
  roundTripMs: 0.4,
  clockSkewMs: 3,
  tls: { protocol: 'TLSv1.3', isVerified: true },
  authentication: 'scram-sha-256',
  isSuperuser: false,
  isReadOnly: false,
  toldProcessId: 7,
  seenProcessIds: [7, 7, 7],
  hearsItself: true,
  timeouts: {
    statement_timeout: 0,
    lock_timeout: 0,
    idle_in_transaction_session_timeout: 60_000,
    idle_session_timeout: 0,
    client_connection_check_interval: 10_000,
  },
  maxConnections: 100,
  usedConnections: 3,
}

const judged = (facts: Partial<Facts>) =>
  judgeServer({ ...healthy, ...facts })
    .filter(({ level }) => level !== 'good')
    .map(({ level, what }) => `${level}: ${what}`)

const timeouts = (changed: Partial<Facts['timeouts']>) => ({ timeouts: { ...healthy.timeouts, ...changed } })

describe('the doctor', () => {
  it('has nothing to say against a healthy server', () => {
    expect(judged({})).toEqual([])
    expect(judgeServer(healthy)[0]?.what).toBe('PostgreSQL 18.4, a session in 12 ms, a round trip in 0.4 ms')
  })

  it.each<[string, Partial<Facts>, RegExp]>([
    ['no TLS to another machine', { tls: undefined }, /^problem: no TLS/],
    [
      'a certificate that was not verified',
      { tls: { protocol: 'TLSv1.3', isVerified: false } },
      /^advice: TLSv1.3, but whose/,
    ],
    ['md5', { authentication: 'md5' }, /^problem: the password is checked by md5/],
    ['a password in the clear', { authentication: 'password' }, /^problem: .* in the clear/],
    ['trust from afar', { authentication: 'trust' }, /^problem: everybody is let in/],
    ['a pooler in transaction mode', { seenProcessIds: [8, 9, 8] }, /^problem: a pooler in transaction mode/],
    ['a pooler in session mode', { seenProcessIds: [8, 8, 8] }, /^advice: a pooler in session mode/],
    ['a LISTEN that hears nothing', { hearsItself: false }, /^problem: .* swallows LISTEN/],
    ['a full server', { usedConnections: 99 }, /^problem: 99 of 100/],
    ['an old version', { versionNumber: 130_021 }, /^advice: before PostgreSQL 14/],
    ['a slow way in', { connectMs: 4200 }, /^advice: a session takes 4.2 s/],
    ['a superuser', { isSuperuser: true }, /^advice: app is a superuser/],
    ['a standby', { isReadOnly: true }, /^advice: this server takes no writes/],
    [
      'idle sessions that are ended',
      timeouts({ idle_session_timeout: 300_000 }),
      /^advice: .* idle for 5 min/,
    ],
    [
      'transactions without an end',
      timeouts({ idle_in_transaction_session_timeout: 0 }),
      /^advice: a transaction that/,
    ],
    [
      'clients whose death is not noticed',
      timeouts({ client_connection_check_interval: 0 }),
      /^advice: when a client/,
    ],
    [
      'a lock timeout that never comes to bear',
      timeouts({ statement_timeout: 1000, lock_timeout: 1000 }),
      /^advice: lock_timeout \(1 s\) never/,
    ],
    ['a clock that goes wrong', { clockSkewMs: -5000 }, /^advice: the server's clock is 5 s behind/],
  ])('sees %s', (_, facts, words) => {
    expect(judged(facts)).toEqual([expect.stringMatching(words)])
  })

  it('asks for no TLS on its own machine, where `trust` is the rule as well', () => {
    expect(judged({ host: '/var/run/postgresql', tls: undefined, authentication: 'trust' })).toEqual([])
  })

  it('does not mind what an old server does not know', () => {
    expect(
      judged(timeouts({ client_connection_check_interval: undefined, idle_session_timeout: undefined })),
    ).toEqual([])
  })

  const patient = { host: 'db.example', port: 5432, database: 'orders', user: 'app' }
  const diagnosed = (code: string | undefined, kind: 'network' | 'timeout' | 'server' = 'network') =>
    judgeFailure(createFailure({ kind, phase: 'connecting', message: '', code }), patient).what

  it.each([
    ['ENOTFOUND', 'there is no address for the name db.example'],
    ['ECONNREFUSED', 'db.example is there, but nobody listens on port 5432'],
    ['28P01', 'the password of app for orders is wrong, or there is none'],
    ['3D000', 'there is no database orders'],
    ['CERT_HAS_EXPIRED', "the server's certificate has expired"],
    ['XX000', 'no session at db.example:5432 (XX000)'],
  ])('knows what %s means', (code, what) => {
    expect(diagnosed(code)).toBe(what)
  })

  it('takes silence for what it is', () => {
    expect(diagnosed(undefined, 'timeout')).toMatch(/^nothing answers at db.example:5432/)
  })
})
