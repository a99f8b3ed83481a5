// Follows a failover: an old primary that was demoted answers on, and refuses every write (25006). Its session looks
// alive to everybody but us. A checker calls it dead, and the next session goes wherever the name points to by then.
//
//   DATABASE_URL=postgres://… npx tsx examples/death-checker.ts
import {
  connect,
  DeadConnectionDetector,
  exponentialBackoff,
  type Failure,
  readOnlyServer,
} from 'pg-supervisor'

class FollowsThePrimary extends DeadConnectionDetector {
  override isDead(failure: Failure): boolean {
    return readOnlyServer(failure) || super.isDead(failure)
  }

  /** A failover takes a minute or so: after ten we want to be told. */
  override backoff(): Iterable<number> {
    return exponentialBackoff({ maxDelayMs: 5_000, maxAttempts: 120 })
  }
}

await using connection = await connect({
  connectionString: process.env['DATABASE_URL'] ?? 'postgres://localhost',
  reconnect: new FollowsThePrimary(),
})
connection.on('lost', ({ failure }) => console.log(`lost: ${failure.message}`))
connection.on('dead', ({ attempts }) => console.log(`given up after ${attempts} attempts`))

const before = connection.processId
// What a demoted primary does to every write, staged: this session alone is made read only.
await connection.query('set session characteristics as transaction read only')
await connection
  .query('create table anything (id int)')
  .catch((error: { code?: string }) => console.log(`refused: ${error.code}`))

await connection.ready()
console.log(connection.processId === before ? 'the same session' : 'a new session')
