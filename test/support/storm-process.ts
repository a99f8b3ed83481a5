// Run as a process of its own, one of many: wants a pool, or a connection, by a schedule that knows no delay.
import { Connection, Pool } from '../../src/index.ts'

const [connectionString = '', size = '1'] = process.argv.slice(2)
const backoff = (): Iterable<number> => Array<number>(100_000).fill(0)
const config = { connectionString, reconnect: { backoff, isHopeless: () => false } }

if (size === '1') {
  void new Connection(config).connect({ deadlineMs: 600_000 }).catch(() => {})
} else {
  const pool = new Pool({ ...config, min: Number(size), max: Number(size) })
  void pool.start().then(() => process.send?.('started'))
}
process.on('disconnect', () => process.exit())
