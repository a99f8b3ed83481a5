// Run as a process of its own, for it may not survive: does with a client what a supervisor would, and says how it went.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import pg from 'pg'

/** As much of pg-native as is used here. */
interface NativeClient {
  connect(text: string, done: (error: Error | null) => void): void
  query(text: string, done: (error: Error | null, rows: { pid: number }[]) => void): void
  cancel(done: () => void): void
  end(): void
  on(type: 'error' | 'notification', listener: () => void): void
}

const [doing = '', folder = '', url = ''] = process.argv.slice(2)
const Native = createRequire(folder)('pg-native') as new () => NativeClient
const say = (word: string) => process.stdout.write(`${word}\n`)

const watchdog = `setTimeout(() => {
  require('node:fs').writeSync(1, 'blocked for 2 s\\n')
  process.kill(process.pid, 'SIGKILL')
}, 2_000)`

async function connected(client: NativeClient): Promise<number> {
  await new Promise<void>((resolve, reject) =>
    client.connect(url, (error) => (error ? reject(error) : resolve())),
  )
  return new Promise((resolve, reject) =>
    client.query('select pg_backend_pid() as pid', (error, rows) =>
      error ? reject(error) : resolve(rows[0]!.pid),
    ),
  )
}

/** One session after the other is ended by an administrator; the lost client is ended when it says so, or is left alone. */
async function loseTwice(endsLost: boolean): Promise<void> {
  const admin = new pg.Client(url)
  await admin.connect()
  const clients: NativeClient[] = []
  for (const number of [1, 2]) {
    const client = new Native()
    clients.push(client)
    const lost = new Promise<void>((resolve) => {
      client.on('error', () => {
        if (endsLost) client.end()
        resolve()
      })
    })
    const processId = await connected(client)
    client.on('notification', () => undefined)
    await admin.query('select pg_terminate_backend($1)', [processId])
    await lost
    say(`lost ${number}`)
  }
  await admin.end()
}

if (doing === 'loses') await loseTwice(false)
else if (doing === 'loses and ends') await loseTwice(true)
else if (doing === 'abandons') {
  for (let attempt = 0; attempt < 4; attempt++) new Native().connect(url, () => undefined)
  const read = readFile(import.meta.filename).then(() => 'a file was read')
  say(await Promise.race([read, sleep(2_000, 'no file could be read for 2 s')]))
  // Not even process.exit() gets past the threads that wait.
  process.kill(process.pid, 'SIGKILL')
} else if (doing === 'cancels') {
  const client = new Native()
  await connected(client)
  client.query('select pg_sleep(20)', () => undefined)
  // Time for the test to make the network silent.
  await sleep(2_000)
  // Another thread, for this one can't.
  void new Worker(watchdog, { eval: true })
  client.cancel(() => undefined)
  say('not blocked')
  process.exit()
}
say('survived')
