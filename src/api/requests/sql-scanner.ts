// Where statements begin and end in a text, as PostgreSQL's own lexer sees it (src/backend/parser/scan.l): a semicolon in a
// string, a quoted name, a comment or a routine's body ends nothing. Everything here goes through a text once.

export interface Word {
  /** In lower case. */
  readonly word: string
  readonly end: number
}

const name = String.raw`[A-Za-z_\x80-\uffff][\w$\x80-\uffff]*`
const wordHere = new RegExp(name, 'y')
const space = /[ \t\n\r\f\v]*/y
const lineEnd = /[\n\r]/g
const commentEdge = /\/\*|\*\//g
const escapedEdge = /['\\]/g
/** $1 is a parameter; a dollar inside a name is part of the name. */
const dollarTag = /\$(?:[A-Za-z_\x80-\uffff][\w\x80-\uffff]*)?\$/y
/** What can hide a semicolon, a semicolon, and words. */
const landmark = new RegExp(String.raw`--|/\*|[eE]'|['"$;]|${name}`, 'g')

/** The unquoted word at `from`, if there is one. */
export function wordAt(text: string, from: number): Word | undefined {
  wordHere.lastIndex = from
  const found = wordHere.exec(text)
  return found === null ? undefined : { word: found[0].toLowerCase(), end: wordHere.lastIndex }
}

/** Of each statement in the text. */
export function firstWords(text: string): string[] {
  const words: string[] = []
  // Without a semicolon there is one, and its end need not be looked for.
  const isOne = !text.includes(';')
  for (let at = skipBlank(text, 0); at < text.length; at = skipBlank(text, endOfStatement(text, at))) {
    words.push(wordAt(text, at)?.word ?? '')
    if (isOne) break
  }
  return words
}

/** Past whitespace and comments; block comments nest. */
export function skipBlank(text: string, from: number): number {
  for (let at = from; ; ) {
    space.lastIndex = at
    space.exec(text)
    at = space.lastIndex
    if (text.startsWith('--', at)) at = after(lineEnd, text, at)
    else if (text.startsWith('/*', at)) at = endOfComment(text, at)
    else return at
  }
}

/** Past the semicolon that ends the statement which begins at `from`, or the end of the text. */
export function endOfStatement(text: string, from: number): number {
  // BEGIN ATOMIC … END of a routine written in standard SQL holds whole statements.
  const mayHaveBody = wordAt(text, from)?.word === 'create'
  let depth = 0
  for (let at = from; ; ) {
    landmark.lastIndex = at
    const found = landmark.exec(text)
    if (found === null) return text.length
    const [token] = found
    at = landmark.lastIndex
    if (token === ';') {
      if (depth === 0) return at
    } else if (token === "'") at = past("'", text, at)
    else if (token === '"') at = past('"', text, at)
    else if (token === '--') at = after(lineEnd, text, at)
    else if (token === '/*') at = endOfComment(text, found.index)
    else if (token === '$') at = endOfDollarQuote(text, found.index)
    else if (token.endsWith("'")) at = endOfEscapedString(text, at)
    else if (mayHaveBody) depth = depthBehind(token.toLowerCase(), depth, text, at)
  }
}

function depthBehind(word: string, depth: number, text: string, end: number): number {
  if (depth === 0) {
    const opens = word === 'begin' && wordAt(text, skipBlank(text, end))?.word === 'atomic'
    return opens ? 1 : 0
  }
  if (word === 'case') return depth + 1
  return word === 'end' ? depth - 1 : depth
}

/** A doubled quote ends one string and begins the next, which comes to the same. */
function past(quote: string, text: string, from: number): number {
  const at = text.indexOf(quote, from)
  return at === -1 ? text.length : at + quote.length
}

function after(edge: RegExp, text: string, from: number): number {
  edge.lastIndex = from
  return edge.exec(text) === null ? text.length : edge.lastIndex
}

function endOfComment(text: string, from: number): number {
  commentEdge.lastIndex = from
  let depth = 0
  for (let found = commentEdge.exec(text); found !== null; found = commentEdge.exec(text)) {
    depth += found[0] === '/*' ? 1 : -1
    if (depth === 0) return commentEdge.lastIndex
  }
  return text.length
}

function endOfEscapedString(text: string, from: number): number {
  escapedEdge.lastIndex = from
  for (let found = escapedEdge.exec(text); found !== null; found = escapedEdge.exec(text)) {
    const isEnd = found[0] === "'" && text[escapedEdge.lastIndex] !== "'"
    if (isEnd) return escapedEdge.lastIndex
    escapedEdge.lastIndex++
  }
  return text.length
}

function endOfDollarQuote(text: string, from: number): number {
  dollarTag.lastIndex = from
  const found = dollarTag.exec(text)
  return found === null ? from + 1 : past(found[0], text, dollarTag.lastIndex)
}
