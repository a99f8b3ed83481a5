// Our end of the pipe to the janitor, one for this process, started with the first folder to guard.
import { spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'

let pipe: Socket | undefined

/** From now on `folder` and the servers in it are removed when this process ends, however it ends. */
export function guard(folder: string): void {
  pipe ??= startJanitor()
  pipe.write(`+ ${folder}\n`)
}

/** The folder has been cleared away by its owner. */
export function release(folder: string): void {
  pipe?.write(`- ${folder}\n`)
}

function startJanitor(): Socket {
  const program = fileURLToPath(new URL('./janitor.mjs', import.meta.url))
  // Loaders and debuggers this process was started with are none of the janitor's business.
  const { NODE_OPTIONS: _, ...env } = process.env
  const child = spawn(process.execPath, [program], {
    cwd: '/',
    detached: true, // its own session: a Ctrl-C in the terminal is for us, not for it
    env,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  child.unref()
  const stdin = child.stdin as Socket
  stdin.unref()
  return stdin
}
