// Waits until the process that started it is gone, in whatever way, and then clears its servers away.
// It guards the folders of its command line, and is told of others by "+ folder" and "- folder" on its stdin. End of
// input is the death notice: the kernel closes the pipe even when its owner was killed with SIGKILL.
import { createInterface } from 'node:readline'
import { clearAway } from './clear-away.mjs'

process.title = 'pg-supervisor janitor'
// Whoever ends "all node processes" must not end the one that tidies up after them.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {})

const folders = new Set(process.argv.slice(2))
for await (const line of createInterface({ input: process.stdin })) {
  const folder = line.slice(2)
  if (line.startsWith('+')) folders.add(folder)
  else folders.delete(folder)
}
await Promise.all([...folders].map(clearAway))
