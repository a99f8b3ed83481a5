import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

const folders = ['.', 'docs'].filter((folder) => existsSync(folder))
const pages = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
)

/** The anchors GitHub gives to headings: small letters, digits, hyphens for spaces. */
function anchorsOf(text: string): string[] {
  const headings = [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => heading!)
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\- _]/gu, '')
      .replaceAll(' ', '-'),
  )
}

function brokenLinks(page: string, text: string): string[] {
  const prose = text.replace(/^\s*```[\s\S]*?^\s*```/gm, '').replace(/`[^`\n]*`/g, '')
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!)
  return links.filter((link) => {
    if (/^(https?|mailto):/.test(link)) return false
    const [path, anchor] = link.split('#')
    const file = path === '' ? page : join(dirname(page), path!)
    const isThere = path === '' || existsSync(file)
    return !isThere || (anchor !== undefined && !anchorsOf(readFileSync(file, 'utf8')).includes(anchor))
  })
}

describe('the links between pages', () => {
  it.each(pages)('of %s lead somewhere', (page) => {
    expect(brokenLinks(page, readFileSync(page, 'utf8'))).toEqual([])
  })

  it('are found broken where a file or a heading is missing', () => {
    const text = [
      'See [the licence](LICENSE), [changes](CHANGELOG.md#changelog) and [nothing](docs/nothing.md),',
      '[no heading](CHANGELOG.md#nowhere), [elsewhere](https://example.org) and `[code](not/a/link)`.',
      '```sh\n[block](not/a/link)\n```',
    ].join('\n')
    expect(brokenLinks('README.md', text)).toEqual(['docs/nothing.md', 'CHANGELOG.md#nowhere'])
  })
})
