import pg from 'pg'

/** Runs SQL beside the connection under test, on a plain client that is opened when needed and forgotten when lost. */
export class Admin {
  readonly #url: () => string
  #client: Promise<pg.Client> | undefined

  constructor(url: () => string) {
    this.#url = url
  }

  async query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]> {
    this.#client ??= this.#open()
    const client = await this.#client
    const { rows } = await client.query<Row>(text, values)
    return rows
  }

  /** Leaves, so that the server can be stopped without noticing us; the next query opens a new client. */
  async leave(): Promise<void> {
    const client = this.#client
    this.#client = undefined
    await client?.then(
      (open) => open.end(),
      () => {},
    )
  }

  async #open(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.#url(),
      application_name: 'pg-supervisor admin',
      connectionTimeoutMillis: 5000,
      query_timeout: 10_000,
    })
    const forget = () => {
      this.#client = undefined
    }
    client.on('error', forget)
    client.on('end', forget)
    try {
      await client.connect()
      return client
    } catch (error) {
      forget()
      throw error
    }
  }
}
