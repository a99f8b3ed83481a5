import { execFile } from 'node:child_process'

export interface Finished {
  code: number | string
  stdout: string
  stderr: string
}

/** What the npm and the vitest that started the tests say of themselves, which would lead a program astray. */
const notInherited = /^(npm_package_|npm_lifecycle_|npm_command$|npm_config_local_prefix$|NODE_ENV$|VITEST)/

/** Runs a program to its end, whatever that is. */
export function run(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string>; timeoutMs?: number } = {},
): Promise<Finished> {
  const inherited = Object.entries(process.env).filter(([name]) => !notInherited.test(name))
  const env = { ...Object.fromEntries(inherited), ...options.env }
  // npm is a batch file on Windows, and those need a shell.
  const shell = process.platform === 'win32' && program === 'npm'
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      { cwd: options.cwd, env, shell, timeout: options.timeoutMs ?? 60_000 },
      (error, stdout, stderr) =>
        resolve({ code: error ? (error.code ?? error.signal ?? 1) : 0, stdout, stderr }),
    )
  })
}

/** Runs a JavaScript file, such as a tool's own, with this Node. */
export function runNode(file: string, args: readonly string[], options?: Parameters<typeof run>[2]) {
  return run(process.execPath, [file, ...args], options)
}
