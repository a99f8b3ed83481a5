// Run as a process of its own, for some clients end it: asks one client for operations, and writes down what becomes of them.
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { outcomeOf } from '../../../src/index.ts'
import { type ClientName, clients } from './clients.ts'
import { nowMs, type Operation, type Order, type Word } from './messages.ts'

const [name, url, how] = process.argv.slice(2) as [ClientName, string, 'wait' | 'write' | 'transact']
const callerCount = 4
/** Milliseconds after which a promise counts as one that never settles: no deadline here is longer. */
const hangsAfterMs = 6000

const operations: Operation[] = []
const tolds: number[] = []
const prefix = randomBytes(6).toString('hex')
let healedAt: number | undefined
let hasRecovered = false
const over = new AbortController()

const say = (word: Word): unknown => process.send?.(word)
const client = await clients[name](url, () => tolds.push(nowMs()))

async function ask(): Promise<void> {
  const marker = `${prefix}_${operations.length}`
  const operation: Operation = { marker, askedAt: nowMs(), settledAt: undefined, said: 'pending' }
  operations.push(operation)
  try {
    await (how === 'transact' ? client.transact(marker) : client.write(marker))
    operation.said = 'applied'
  } catch (error) {
    // What others reject with says nothing of that, and outcomeOf() answers 'unknown'.
    operation.said = outcomeOf(error)
  }
  operation.settledAt = nowMs()
  if (operation.said !== 'applied' || hasRecovered || operation.askedAt < (healedAt ?? Infinity)) return
  hasRecovered = true
  say({ type: 'recovered', at: operation.settledAt })
}

async function call(): Promise<void> {
  while (!over.signal.aborted) {
    await ask()
    await sleep(operations.at(-1)?.said === 'applied' ? 2 : 20)
  }
}

const callers: Promise<void>[] = []
const start = (): unknown => callers.push(...Array.from({ length: callerCount }, call))

process.on('message', (order: Order) => {
  if (order.type === 'healed') {
    healedAt = nowMs()
    if (how === 'wait') start()
  } else {
    over.abort()
    const allSettled = Promise.all(callers)
    void Promise.race([allSettled, sleep(hangsAfterMs)]).then(async () => {
      say({ type: 'report', report: { operations, tolds } })
      await Promise.race([client.end().catch(() => {}), sleep(1000)])
      process.disconnect()
      process.exit()
    })
  }
})

if (how !== 'wait') {
  start()
  while (operations.filter(({ said }) => said === 'applied').length < 4 * callerCount) await sleep(5)
}
say({ type: 'working' })
