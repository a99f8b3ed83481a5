// One run of a server, from spawn to the end of its last process.
import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Account } from './account.ts'
import type { Cluster } from './cluster.ts'
import { processesIn } from './processes.mjs'

const glanceMs = 5

export interface Postmaster {
  readonly pid: number
  hasEnded(): boolean
  /** Waits until the server accepts connections, through crash recovery if need be. */
  ready(timeoutMs: number): Promise<void>
  /** Waits until the postmaster and every one of its children are gone: port, memory and data folder are free. */
  gone(timeoutMs: number): Promise<void>
}

/** The server ended before it was ready; `log` holds what it had to say. */
export class ServerDidNotStartError extends Error {
  override readonly name = 'ServerDidNotStartError'
  readonly portWasTaken: boolean

  constructor(log: string) {
    super(`the PostgreSQL server ended before it was ready; its log says:\n${log}`)
    this.portWasTaken = /Address already in use/.test(log)
  }
}

export function spawnPostmaster(
  postgres: string,
  cluster: Cluster,
  account: Account,
  args: string[],
): Postmaster {
  // A file and not a pipe: the server's words must not depend on our being there to read them.
  const log = openSync(cluster.log, 'w')
  const child = spawn(postgres, args, {
    ...account,
    cwd: cluster.folder,
    detached: true, // its own session: a Ctrl-C in the terminal is not for the server
    env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  child.unref()
  let ended = child.pid === undefined
  let spawnFailure: Error | undefined
  child.once('exit', () => {
    ended = true
  })
  child.once('error', (error) => {
    spawnFailure = error
  })
  const hasEnded = () => ended

  return {
    pid: child.pid ?? -1,
    hasEnded,

    async ready(timeoutMs) {
      const deadline = Date.now() + timeoutMs
      while (!(await saysReady(cluster.data, child.pid))) {
        if (spawnFailure) throw spawnFailure
        if (hasEnded()) throw new ServerDidNotStartError(await readFile(cluster.log, 'utf8'))
        if (Date.now() > deadline) {
          throw new Error(
            `PostgreSQL was not ready within ${timeoutMs} ms:\n${await readFile(cluster.log, 'utf8')}`,
          )
        }
        await sleep(glanceMs)
      }
    },

    async gone(timeoutMs) {
      const deadline = Date.now() + timeoutMs
      while (!hasEnded() || processesIn(cluster.folder).length > 0) {
        if (Date.now() > deadline) throw new Error(`PostgreSQL was still running after ${timeoutMs} ms`)
        await sleep(glanceMs)
      }
    },
  }
}

// What `pg_ctl -w` waits for: the postmaster writes its status into line 8 of postmaster.pid when it starts to accept
// connections (PostgreSQL, pidfile.h). A knock at the port could be answered by somebody else's server.
async function saysReady(data: string, pid: number | undefined): Promise<boolean> {
  const lines = await readFile(join(data, 'postmaster.pid'), 'utf8').then(
    (text) => text.split('\n'),
    () => [],
  )
  return Number(lines[0]) === pid && /^(ready|standby)\s*$/.test(lines[7] ?? '')
}
