// Sends what an outbox holds, at least once each, whatever dies meanwhile. Run two: one works, the other takes over.
//
//   DATABASE_URL=postgres://… npx tsx examples/durable-listener.ts
//   DATABASE_URL=postgres://… npx tsx examples/durable-listener.ts publish 'order 7' 'was placed'
import { connect, Outbox } from 'pg-supervisor'

const connection = await connect({
  connectionString: process.env['DATABASE_URL'] ?? 'postgres://localhost',
  application_name: 'durable listener',
  whileDown: { waitMs: 60_000 },
})
const outbox = new Outbox({ table: 'letters' })
await outbox.create(connection)

const [command, order = 'no order', text = ''] = process.argv.slice(2)
if (command === 'publish') {
  // With what it tells of, in one transaction: both are stored, or neither is.
  await connection.transaction((tx) => outbox.publish(tx, { key: order, payload: text }))
  await connection.end()
} else {
  const sender = await outbox.durableListen(
    connection,
    'sender',
    (messages) => {
      for (const { key, payload } of messages) console.log(`${key} ${String(payload)}`)
    },
    { onError: (error) => console.log(`will try again: ${(error as Error).message}`) },
  )
  console.log('Sending')
  await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve))
  await sender.close()
  await outbox.deleteDelivered(connection)
  await connection.end()
}
