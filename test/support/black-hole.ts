// An address at which connecting never ends: no refusal, no answer. Behind it is a process that listens, never accepts,
// and whose queue is full, so the kernel drops every further request to connect.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Target } from './tcp-proxy.ts'

export interface BlackHole extends Target, Disposable {
  close(): void
}

// It never returns to its event loop, so it accepts nothing; it ends with the process that started it.
const listener = `
  const server = require('node:net').createServer()
  const parent = process.ppid
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    require('node:fs').writeSync(1, String(server.address().port))
    const bell = new Int32Array(new SharedArrayBuffer(4))
    while (process.ppid === parent) Atomics.wait(bell, 0, 0, 50)
    process.exit()
  })`

/** Opens an address that swallows connection attempts, as a firewall that drops packets does. */
export async function openBlackHole(): Promise<BlackHole> {
  const child = spawn(process.execPath, ['--eval', listener], { stdio: ['ignore', 'pipe', 'ignore'] })
  const fillers: Socket[] = []
  const close = () => {
    for (const socket of fillers) socket.destroy()
    child.kill('SIGKILL')
  }
  const [said] = await once(child.stdout, 'data')
  const target = { host: '127.0.0.1', port: Number(said) }
  while (await queueHasRoom(target, fillers)) {
    if (fillers.length < 32) continue
    close()
    throw new Error('this system accepts more connections than the queue of a listener was given')
  }
  return { ...target, close, [Symbol.dispose]: close }
}

async function queueHasRoom(target: Target, fillers: Socket[]): Promise<boolean> {
  const socket = connect(target)
  socket.on('error', () => {})
  fillers.push(socket)
  const connected = once(socket, 'connect').then(() => true)
  return Promise.race([connected, sleep(150, false)])
}
