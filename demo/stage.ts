// Where the demo plays: a server of its own behind a cable that can be cut, or a server of the user's, left whole.
import { type Postgres, startPostgres } from '../embedded/postgres.ts'
import { openProxy, type TcpProxy } from '../test/support/tcp-proxy.ts'

export interface Stage extends AsyncDisposable {
  /** For the connection on show. */
  readonly url: string
  /** To be shown to people. */
  readonly place: string
  /** For the rest of the world, which no cut cable troubles. */
  readonly directUrl: string
  /** Undefined where the server is not ours to stop. */
  readonly server?: Postgres
  readonly cable?: TcpProxy
}

export async function ownStage(): Promise<Stage> {
  const server = await startPostgres()
  const { host, port } = server
  const cable = await openProxy({ host, port })
  return {
    url: cable.urlOf(server.url),
    directUrl: server.url,
    place: `${host}:${port}, through a cable at ${cable.port}`,
    server,
    cable,
    async [Symbol.asyncDispose]() {
      cable.close()
      await server.dispose()
    },
  }
}

export const borrowedStage = (url: string): Stage => ({
  url,
  directUrl: url,
  place: new URL(url).host,
  async [Symbol.asyncDispose]() {},
})
