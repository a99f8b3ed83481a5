// Three clients of one's own: a hook on the fresh socket, types, and an instrumented client. Each session gets a new one.
//
//   DATABASE_URL=postgres://… npx tsx examples/client-factory.ts
import { Socket } from 'node:net'
import pg, { type ClientConfig } from 'pg'
import { connect } from 'pg-supervisor'

/** Keepalive by hand, or whatever else a socket can be told before anybody uses it. */
function keptAlive(config: ClientConfig): pg.Client {
  const stream = (): Socket => {
    const socket = new Socket()
    socket.once('connect', () => {
      socket.setKeepAlive(true, 5_000)
      console.log('the socket is kept alive')
    })
    return socket
  }
  return new pg.Client({ ...config, stream })
}

/** BigInt for int8, on the clients of this connection alone. */
function withBigInts(config: ClientConfig): pg.Client {
  const client = new pg.Client(config)
  client.setTypeParser(pg.types.builtins.INT8, (value: string) => BigInt(value))
  return client
}

/** Any subclass will do: this one knows how long its session has lived. */
class Instrumented extends pg.Client {
  readonly #bornAt = performance.now()

  constructor(config: ClientConfig) {
    super(config)
    this.once('end', () => {
      const lived = performance.now() - this.#bornAt
      console.log(
        lived < 60_000 ? 'a session of less than a minute' : `a session of ${lived / 60_000} minutes`,
      )
    })
  }
}

const connectionString = process.env['DATABASE_URL'] ?? 'postgres://localhost'
{
  await using connection = await connect({ connectionString, clientFactory: keptAlive })
  await connection.query('select 1')
}
{
  await using connection = await connect({ connectionString, clientFactory: withBigInts })
  const { rows } = await connection.query<{ n: bigint }>('select 9007199254740993 as n')
  console.log(`one more than a number can count: ${rows[0]?.n}`)
}
{
  await using connection = await connect({
    connectionString,
    clientFactory: (config) => new Instrumented(config),
  })
  await connection.query('select 1')
}
