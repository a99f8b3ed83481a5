// Paper for the demo: 80 columns, colours where a person looks, one last line that is written over while things go on.

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const

export type Colour = keyof typeof codes
export type Paint = (colour: Colour, text: string) => string

export const width = 80

export interface Paper {
  readonly isTTY?: boolean
  write(text: string): unknown
}

export class Screen {
  readonly paint: Paint
  readonly #stream: Paper
  #footer: (() => string) | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(stream: Paper, env: NodeJS.ProcessEnv = process.env) {
    this.#stream = stream
    const isColoured = this.#isLive && !env['NO_COLOR']
    this.paint = (colour, text) => (isColoured && text !== '' ? `\x1b[${codes[colour]}m${text}\x1b[0m` : text)
  }

  line(text = ''): void {
    this.#clearFooter()
    this.#stream.write(`${text}\n`)
    this.#drawFooter()
  }

  /** Below the narrator's lines, in their second column. */
  aside(text: string, colour: Colour = 'dim'): void {
    this.line(`            ${this.paint(colour, text)}`)
  }

  heading(text: string): void {
    this.line()
    this.line(this.paint('bold', `── ${text} ${'─'.repeat(width - 4 - text.length)}`))
  }

  /** Keeps a last line below everything, on a terminal. */
  footer(text: () => string): void {
    if (!this.#isLive) return
    this.#footer = text
    this.#timer = setInterval(() => {
      this.#clearFooter()
      this.#drawFooter()
    }, 100)
  }

  endFooter(): void {
    this.#clearFooter()
    clearInterval(this.#timer)
    this.#footer = undefined
  }

  /** Somebody watches; what is redirected into a file is not written over. */
  get #isLive(): boolean {
    return this.#stream.isTTY === true && process.env['TERM'] !== 'dumb'
  }

  #clearFooter(): void {
    if (this.#footer !== undefined) this.#stream.write('\r\x1b[2K')
  }

  #drawFooter(): void {
    if (this.#footer !== undefined) this.#stream.write(this.#footer())
  }
}
