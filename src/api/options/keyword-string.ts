import { invalidOption } from '../../errors/invalid-option-error.ts'

export interface Keyword {
  readonly name: string
  readonly value: string
}

/**
 * Reads libpq's `host=db user='joe average' …`. Blanks separate; they may stand round the `=`, so that an empty value
 * wants quotes. A value with blanks is put in single quotes; in both forms a backslash makes the next character plain.
 * A keyword given twice stands twice, in order. Beyond libpq, a quote doubled inside quotes is one quote, as in SQL:
 * libpq calls that a missing `=`.
 *
 * @throws {InvalidOptionError} that tells the place, never the text, for it may be part of a password.
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE
 */
export function parseKeywords(text: string): Keyword[] {
  const keywords: Keyword[] = []
  let at = 0

  const skip = (pattern: RegExp): string => {
    pattern.lastIndex = at
    const skipped = pattern.exec(text)?.[0] ?? ''
    at += skipped.length
    return skipped
  }

  for (skip(blanks); at < text.length; skip(blanks)) {
    const start = at
    const name = skip(word)
    skip(blanks)
    if (name === '' || text[at] !== '=') throw malformed(text, '`keyword=value` pairs', start)
    at++
    skip(blanks)
    const opening = at
    const isQuoted = text[at] === "'"
    const raw = skip(isQuoted ? quoted : bare)
    if (isQuoted && raw === '') throw malformed(text, 'each quote to be closed', opening)
    keywords.push({ name, value: isQuoted ? withoutQuotes(raw.slice(1, -1)) : withoutEscapes(raw) })
  }
  return keywords
}

// What isspace() knows in the C locale; \s would take a no-break space out of a password.
const blanks = /[ \t\n\v\f\r]*/y
const word = /[^ \t\n\v\f\r=]*/y
const bare = /(?:\\[\s\S]?|[^ \t\n\v\f\r\\])*/y
const quoted = /'(?:\\[\s\S]|''|[^'\\])*'(?!')/y

const withoutEscapes = (raw: string) => raw.replace(/\\([\s\S]?)/g, '$1')
const withoutQuotes = (raw: string) => raw.replace(/\\([\s\S])|''/g, (_, escaped?: string) => escaped ?? "'")

const malformed = (text: string, wanted: string, at: number) =>
  invalidOption('connectionString', `${wanted} (see character ${at + 1})`, text)
