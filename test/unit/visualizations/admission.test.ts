import { describe, expect, it } from 'vitest'
import { refusalOf, refusalWithout } from '../../../visualizations/inspect/admission.ts'

const authority = '127.0.0.1:4711'
const statusOf = (headers: Record<string, string>) =>
  refusalOf({ host: authority, ...headers }, authority)?.status

describe('who may ask the inspector', () => {
  it.each<[string, Record<string, string>]>([
    ['a program that is no browser', {}],
    ['somebody who typed the address', { 'sec-fetch-site': 'none', 'sec-fetch-dest': 'document' }],
    ['the page itself', { origin: `http://${authority}`, 'sec-fetch-site': 'same-origin' }],
  ])('is %s', (_, headers) => {
    expect(statusOf(headers)).toBeUndefined()
  })

  it.each<[string, Record<string, string>, number]>([
    ['a name that points here', { host: 'evil.example:4711' }, 421],
    ['localhost, which other pages may serve as well', { host: 'localhost:4711' }, 421],
    ['another port', { host: '127.0.0.1:4712' }, 421],
    ['no host', { host: '' }, 421],
    ['a foreign origin', { origin: 'https://evil.example' }, 403],
    ['the origin of a sandbox', { origin: 'null' }, 403],
    ['another port of this machine', { origin: 'http://127.0.0.1:4712', 'sec-fetch-site': 'same-site' }, 403],
    ['another port that sends no origin', { 'sec-fetch-site': 'same-site' }, 403],
    ['another site that sends no origin', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a frame', { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'iframe' }, 403],
  ])('is not %s', (_, headers, status) => {
    expect(statusOf(headers)).toBe(status)
  })

  it('knows the token', () => {
    expect(refusalWithout('abc', { authorization: 'Bearer abc' })).toBeUndefined()
    for (const authorization of ['Bearer abd', 'Bearer abcd', 'abc', '', undefined])
      expect(refusalWithout('abc', authorization === undefined ? {} : { authorization })?.status).toBe(401)
  })
})
