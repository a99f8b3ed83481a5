import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { pgDriver } from '../../src/drivers/pg-driver.ts'
import { pgliteDriver } from '../../src/drivers/pglite/pglite-driver.ts'
import type { DriverCapabilities } from '../../src/index.ts'

const words: { readonly [capability in keyof DriverCapabilities]: string } = {
  sessions: 'a session for each connection',
  cancel: 'a running statement can be cancelled',
  notifications: 'notifications of',
  outages: 'a session can be lost and replaced while its server lives',
  copyIn: 'COPY FROM STDIN',
  tls: 'TLS',
}

const inWords = (value: string | boolean): string =>
  typeof value === 'string' ? (value === 'process' ? 'this process' : value) : value ? 'yes' : 'no'

const drivers = [pgDriver, pgliteDriver]

const table = [
  `| | ${drivers.map(({ name }) => `\`${name}\``).join(' | ')} |`,
  `| --- |${' --- |'.repeat(drivers.length)}`,
  ...Object.entries(words).map(([capability, meaning]) => {
    const cells = drivers.map(({ capabilities }) =>
      inWords(capabilities[capability as keyof DriverCapabilities]),
    )
    return `| ${meaning} | ${cells.join(' | ')} |`
  }),
].join('\n')

describe('the table of the drivers', () => {
  it('says what the drivers say of themselves', () => {
    const page = readFileSync('docs/drivers.md', 'utf8')
    expect(page).toContain(table)
  })

  it('has a line for each capability', () => {
    for (const { capabilities } of drivers)
      expect(Object.keys(words).sort()).toEqual(Object.keys(capabilities).sort())
  })
})
