import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { ConnectionConfig } from '../../../src/api/connection-config.ts'
import { readConfig } from '../../../src/api/options/read-config.ts'
import { refusalOf } from './refusal-of.ts'

const canary = 'sw0rdfish'

/** All that a logger could make of it. */
function shown(value: unknown): string {
  const chain: unknown[] = []
  for (let link = value; link !== undefined; link = (link as { cause?: unknown }).cause) chain.push(link)
  return chain
    .flatMap((link) => [
      inspect(link, { depth: 12 }),
      inspect(link, { depth: 12, showHidden: true, getters: true }),
      JSON.stringify(link),
      `${(link as Error).message} ${(link as Error).stack}`,
    ])
    .join('\n')
}

describe('settings', () => {
  it.each<[string, string | ConnectionConfig]>([
    ['a password', { password: canary }],
    ['a URI', `postgres://joe:${canary}@db/app`],
    ['a URI as an option', { connectionString: `postgres://joe:${canary}@db/app` }],
    ['keywords', `host=db password=${canary}`],
    ['the passphrase of a key', { ssl: { key: canary, passphrase: canary, pfx: canary } }],
    ['a server setting', { settings: { 'app.secret': canary } }],
    ['server options', { options: `-c app.secret=${canary}` }],
  ])('do not show %s', (_, config) => {
    const settings = readConfig(config)
    for (const value of [
      settings,
      { settings },
      settings.readClient(),
      [settings.readClient().ssl ?? 0],
      { ...settings },
    ])
      expect(shown(value)).not.toContain(canary)
  })

  it('show them to pg and to a clientFactory that spreads them', () => {
    const client = readConfig({ password: canary, ssl: { key: canary } }).readClient()
    expect({ ...client }).toMatchObject({ password: canary, ssl: { key: canary } })
    expect({ ...readConfig(`postgres://joe:${canary}@db/app`).readClient() }).toMatchObject({
      connectionString: `postgres://joe:${canary}@db/app`,
    })
  })
})

describe('a refusal', () => {
  const aside = { password: canary, connectionString: `postgres://joe:${canary}@db/app` }

  it.each<[string, unknown]>([
    ['an option beside the password', { ...aside, queueLimit: -1 }],
    ['a nested option beside the password', { ...aside, whileDown: { waitMs: -1 } }],
    ['the password itself', { password: [canary] }],
    ['a NUL in the password', { password: `${canary}\0` }],
    ['a password given as the whole configuration', canary],
    ['a URI of another scheme', `mysql://joe:${canary}@db/app`],
    ['a URI without its scheme', `joe:${canary}@db/app`],
    ['a URI that cannot be parsed', `postgres://joe:${canary}@db:port/app`],
    ['a URI whose password has a slash', `postgres://joe:${canary}/${canary}@db/app`],
    ['a URI that cannot be decoded', `postgres://joe:${canary}%FF@db/app`],
    ['a URI whose hosts and ports do not match', `postgres://joe:${canary}@a,b/app?port=1,2,3`],
    ['a parameter of a URI', `postgres://joe:${canary}@db/app?port=${canary}`],
    ['a missing = after a password', `host=db password=my ${canary}`],
    ['a keyword that is a part of the password', `host=db password=my ${canary}=x`],
    ['a keyword glued to the password', `host=db pass=${canary}`],
    ['a keyword with a password in it', `pass:${canary}=x`],
    ['an open quote', `password='${canary}`],
    ['a port that is a password', `port=${canary}`],
    ['a certificate whose name is a password', `sslcert=/nowhere/${canary}`],
    ['a server setting', { settings: { secret: [canary] } }],
    ['server options', { options: [canary] }],
    ['a TLS option', { ssl: canary }],
  ])('of %s does not repeat it', (_, config) => {
    const refusal = refusalOf(config)
    expect(refusal?.message).toContain(' wants ')
    expect(shown(refusal)).not.toContain(canary)
  })
})
