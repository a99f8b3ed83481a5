#!/usr/bin/env node
// npx pg-supervisor <command> …
import { type Command, runCommand } from './commands.ts'
import { doctor } from './doctor-command.ts'
import { inspect } from './inspect-command.ts'
import { replay } from './replay-command.ts'

const commands: Readonly<Record<string, Command>> = { doctor, inspect, replay }

process.exitCode = await runCommand(commands, process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
})
