/** A ```ts block of the documentation, with the place it came from, so that a complaint can point there. */
export interface DocExample {
  file: string
  /** Of its first line of code, counted from 1. */
  line: number
  code: string
}

/** The ```ts blocks of a Markdown file. */
export function examplesInMarkdown(file: string, text: string): DocExample[] {
  return fencedBlocks(file, text.split('\n'), 1)
}

/** The ```ts blocks in the documentation comments of a source file. */
export function examplesInSource(file: string, text: string): DocExample[] {
  return docComments(text).flatMap(({ line, comment }) => {
    const lines = comment.split('\n').map((each) => each.replace(/^\s*\* ?/, ''))
    return fencedBlocks(file, lines, line)
  })
}

/** Where an @example has no ```ts block below it, so that nothing would check it. */
export function bareExamplesInSource(file: string, text: string): string[] {
  return docComments(text).flatMap(({ line, comment }) => {
    const parts = comment.split(/^\s*\* @/m).slice(1)
    const bare = parts.filter((part) => part.startsWith('example') && !part.includes('```ts\n'))
    return bare.map(() => `${file}:${line}`)
  })
}

/** The block of README.md below the comment `<!-- example: main -->`: the one that must run as it stands. */
export function mainExample(file: string, text: string): DocExample {
  const marker = text.indexOf('<!-- example: main -->')
  const line = text.slice(0, marker).split('\n').length
  const example = examplesInMarkdown(file, text).find((each) => each.line > line)
  if (marker < 0 || !example) throw new Error(`${file} marks no main example`)
  return example
}

function docComments(text: string) {
  return [...text.matchAll(/\/\*\*[\s\S]*?\*\//g)].map((match) => ({
    line: text.slice(0, match.index).split('\n').length,
    comment: match[0],
  }))
}

function fencedBlocks(file: string, lines: string[], firstLine: number): DocExample[] {
  const blocks: DocExample[] = []
  let open: { indent: string; start: number } | undefined
  for (const [index, line] of lines.entries()) {
    const opening = /^(\s*)```ts\s*$/.exec(line)
    if (!open && opening) open = { indent: opening[1]!, start: index + 1 }
    else if (open && line.trim() === '```') {
      const { indent, start } = open
      const code = lines.slice(start, index).map((each) => each.replace(indent, ''))
      blocks.push({ file, line: firstLine + start, code: code.join('\n') })
      open = undefined
    }
  }
  return blocks
}
