/** Where a command writes. */
export interface Terminal {
  out(text: string): void
  err(text: string): void
}

export interface Command {
  /** One line for the list of commands. */
  readonly summary: string
  /** How it is called, and its options. */
  readonly usage: string
  /** Resolves to the exit code: 0 done, 1 something was found wrong, 2 it was called wrongly. */
  run(args: readonly string[], terminal: Terminal): Promise<number>
}

export async function runCommand(
  commands: Readonly<Record<string, Command>>,
  [name, ...args]: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const command = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined) {
    const isAsked = name === '--help' || name === '-h'
    const tell = isAsked ? terminal.out : terminal.err
    if (name !== undefined && !isAsked) tell(`pg-supervisor: no command '${name}'\n\n`)
    tell(overview(commands))
    return isAsked ? 0 : 2
  }
  if (args.includes('--help') || args.includes('-h')) {
    terminal.out(`${command.usage}\n`)
    return 0
  }
  try {
    return await command.run(args, terminal)
  } catch (error) {
    if (!isMisuse(error)) throw error
    terminal.err(`pg-supervisor ${name}: ${error.message}\n\n${command.usage}\n`)
    return 2
  }
}

/** What util.parseArgs says of options that it does not know. */
const isMisuse = (error: unknown): error is Error =>
  error instanceof Error && String((error as { code?: unknown }).code).startsWith('ERR_PARSE_ARGS')

function overview(commands: Readonly<Record<string, Command>>): string {
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(9)} ${summary}`)
  return ['usage: pg-supervisor <command> [--help]', '', ...lines, ''].join('\n')
}
