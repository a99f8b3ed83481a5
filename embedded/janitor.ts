// Our end of the pipe to the janitor, one for this process, started with the first folder to guard.
import { spawn } from 'node:child_process'
import type { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('./janitor.mjs', import.meta.url))
const folders = new Set<string>()
let pipe: Writable | undefined

/** From now on `folder` and the servers in it are removed when this process ends, however it ends. */
export function guard(folder: string): void {
  folders.add(folder)
  if (pipe) pipe.write(`+ ${folder}\n`)
  else pipe = startJanitor()
}

/** The folder has been cleared away by its owner. */
export function release(folder: string): void {
  folders.delete(folder)
  pipe?.write(`- ${folder}\n`)
}

function startJanitor(): Writable {
  // Loaders and debuggers this process was started with are none of the janitor's business.
  const { NODE_OPTIONS: _, ...env } = process.env
  // What to guard is part of the command line: from its first moment it needs nothing more from us.
  const child = spawn(process.execPath, [program, ...folders], {
    cwd: '/',
    detached: true, // its own session: a Ctrl-C in the terminal is for us, not for it
    env,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  child.unref()
  if ('unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref()
  child.stdin.on('error', () => {}) // its end is noticed below
  child.once('exit', (code, signal) => {
    if (signal === null) throw new Error(`the janitor of embedded servers failed with code ${code}`)
    pipe = startJanitor() // somebody killed it
  })
  return child.stdin
}
