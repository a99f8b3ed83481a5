// Ends whatever runs in a server's folder and removes the folder. Used by `dispose()` and by the janitor alike.
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { processesIn, signalAll } from './processes.mjs'

export async function clearAway(folder) {
  const data = join(folder, 'data')
  await endProcesses(folder, lockFile(data).postmaster)
  removeOrphanedMemory(lockFile(data).sharedMemory)
  // A process forked at the very moment we looked may still have come to life in here.
  for (let look = 0; look < 5; look += 1) {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 })
    await sleep(10)
    signalAll(processesIn(folder), 'SIGKILL')
  }
}

async function endProcesses(folder, postmaster) {
  let pids = processesIn(folder)
  // SIGQUIT is PostgreSQL's immediate shutdown: unlike SIGKILL it lets the postmaster give its shared memory back.
  signalAll(
    pids.filter((pid) => pid === postmaster),
    'SIGQUIT',
  )
  signalAll(pids, 'SIGCONT') // whoever is paused can hear neither us nor the postmaster
  for (const patience = Date.now() + 2000; pids.length > 0; pids = processesIn(folder)) {
    if (Date.now() > patience || !pids.includes(postmaster)) signalAll(pids, 'SIGKILL')
    await sleep(10)
  }
}

// postmaster.pid: line 1 is the process id, line 7 "key id" of the System V segment (PostgreSQL, miscadmin.h).
function lockFile(data) {
  try {
    const lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')
    return { postmaster: Number(lines[0]), sharedMemory: lines[6]?.trim().split(/\s+/)[1] }
  } catch {
    return { postmaster: undefined, sharedMemory: undefined }
  }
}

// A killed postmaster leaves its lock file and its segment; the next start would recycle it, but there is no next one.
function removeOrphanedMemory(id) {
  if (id === undefined) return
  try {
    execFileSync('ipcrm', ['-m', id], { stdio: 'ignore' })
  } catch {
    // no ipcrm here, or already removed
  }
}
