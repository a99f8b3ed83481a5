// pg as it is, to show a defect on: when one of these tests fails, pg has mended it and a fence may go.
import pg from 'pg'
import { onTestFinished } from 'vitest'
import type { TestServer } from '../../support/test-server.ts'

/** What pg 8.23 has besides its types. */
export interface BareClient extends Omit<pg.Client, 'query'> {
  pipeline: boolean
  readonly processID: number
  readonly readyForQuery: boolean
  query(query: string | object, values?: unknown[]): Promise<pg.QueryResult>
  readonly connection: pg.Client['connection'] & { readonly stream: { readonly writableLength: number } }
  /** 'error' events, which are the end of it. */
  readonly errors: Error[]
}

/** A connected client of pg's own that is gone when the test is. */
export async function bareClient(
  { url }: Pick<TestServer, 'url'>,
  config: pg.ClientConfig & { pipeline?: boolean } = {},
): Promise<BareClient> {
  const client = new pg.Client({ connectionString: url, pipeline: true, ...config }) as unknown as BareClient
  const errors: Error[] = []
  client.on('error', (error) => errors.push(error))
  await client.connect()
  onTestFinished(() => void client.connection.stream.destroy())
  return Object.assign(client, { errors })
}

/** Fences must hold whether statements are named by us or not. */
export const eachAutoPrepare = [{ autoPrepare: true }, { autoPrepare: false }]
