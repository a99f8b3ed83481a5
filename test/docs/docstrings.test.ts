import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

/** What a door of the house offers, with the file it comes from. */
function exportsOf(door: string): { name: string; file: string }[] {
  const lists = readFileSync(door, 'utf8').matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)'/gm)
  return [...lists].flatMap(([, list, file]) =>
    list!
      .split(',')
      .map((name) => name.replace(/^\s*(type\s+)?/, '').trim())
      .filter(Boolean)
      .map((name) => ({ name, file: join(dirname(door), file!) })),
  )
}

/** Whether a documentation comment stands directly above the declaration of `name`. */
function isDocumented(name: string, source: string): boolean {
  const declaration = `export (?:declare )?(?:abstract )?(?:async )?(?:const|function|class|interface|type) ${name}\\b`
  return new RegExp(`\\*/\\n(?:// biome-ignore.*\\n)?${declaration}`).test(source)
}

describe('what the package exports', () => {
  it.each(exportsOf('src/index.ts').map(({ name, file }) => [name, file]))(
    '%s says what it is',
    (name, file) => {
      expect(isDocumented(name, readFileSync(file, 'utf8'))).toBe(true)
    },
  )

  it('is noticed when it says nothing', () => {
    expect(isDocumented('Silent', '/** Of another. */\nexport type Other = 1\nexport type Silent = 2')).toBe(
      false,
    )
    expect(exportsOf('src/index.ts').length).toBeGreaterThan(30)
  })
})
