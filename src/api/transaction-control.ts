// BEGIN, COMMIT and the like as a user's statement would end what the supervisor keeps account of, so they are refused
// before sending. A text is looked through only when it can hold several statements; most are told by their first word.
const opening = /^(?:begin|start|commit|end|rollback|abort|savepoint|release|prepare)$/i

/** Whitespace and comments; block comments nest in PostgreSQL, one level of which is told here, the rest by the scanner. */
const blank = /(?:\s+|--[^\n]*(?:\n|$)|\/\*(?:[^*]|\*(?!\/))*\*\/)*/y
const word = /[a-z]+/iy
/** What can hide a semicolon: comments, strings with their escapes, quoted names, dollar quotes. */
const opaque =
  /--[^\n]*|\/\*[\s\S]*?\*\/|[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$[\s\S]*?\$\1\$|;/g

export function isTransactionControl(text: string): boolean {
  if (beginsWithControl(text, 0)) return true
  const semicolon = text.indexOf(';')
  if (semicolon === -1 || isBlankFrom(text, semicolon + 1)) return false
  opaque.lastIndex = 0
  for (let found = opaque.exec(text); found !== null; found = opaque.exec(text)) {
    if (found[0] === ';' && beginsWithControl(text, opaque.lastIndex)) return true
  }
  return false
}

/** COPY … FROM STDIN: with anything written behind it, or in the extended protocol, pg loses the session. */
export function mayCopyFromStdin(text: string): boolean {
  return /\bcopy\b/i.test(text) && /\bstdin\b/i.test(text)
}

function beginsWithControl(text: string, from: number): boolean {
  const first = wordAt(text, from)
  if (first === undefined || !opening.test(first.word)) return false
  const second = wordAt(text, first.end)?.word.toLowerCase()
  // PREPARE name AS … is an ordinary statement; COMMIT PREPARED belongs to no transaction.
  if (first.word.toLowerCase() === 'prepare') return second === 'transaction'
  return second !== 'prepared'
}

function wordAt(text: string, from: number): { word: string; end: number } | undefined {
  blank.lastIndex = from
  blank.exec(text)
  word.lastIndex = blank.lastIndex
  const found = word.exec(text)
  return found === null ? undefined : { word: found[0], end: word.lastIndex }
}

function isBlankFrom(text: string, from: number): boolean {
  blank.lastIndex = from
  blank.exec(text)
  return blank.lastIndex === text.length
}
