// Which processes live in a server's folder. Plain JavaScript: the janitor, which runs without any loader, needs it too.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

// Only what we start ourselves, so that a shell somebody left in the folder is never taken for a server.
const programs = new Set(['postgres', 'initdb', 'cp'])

export function processesIn(folder) {
  return process.platform === 'linux' ? byWorkingFolder(folder) : byCommandLine(folder)
}

// A postmaster changes into its data folder and its children stay there, orphans included. Zombies have no working
// folder any more, which is right: they hold neither port nor memory.
function byWorkingFolder(folder) {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && isOursIn(entry, folder))
    .map(Number)
}

function isOursIn(pid, folder) {
  try {
    return (
      readlinkSync(`/proc/${pid}/cwd`).startsWith(folder) &&
      programs.has(readFileSync(`/proc/${pid}/comm`, 'utf8').trim())
    )
  } catch {
    return false // somebody else's process, or gone while we looked
  }
}

// Without /proc: the postmaster's command line holds the folder, its children show it in `cluster_name`.
function byCommandLine(folder) {
  const name = folder.slice(folder.lastIndexOf('/') + 1)
  return execFileSync('ps', ['-axww', '-o', 'pid=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\S*\/)?(\w+):? (.*)$/.exec(line))
    .filter((found) => found !== null && programs.has(found[3]) && found[4].includes(name))
    .map((found) => Number(found[1]))
}

export function signalAll(pids, signal) {
  for (const pid of pids) {
    try {
      process.kill(pid, signal)
    } catch (error) {
      if (error.code !== 'ESRCH') throw error // ended by itself meanwhile
    }
  }
}
