import { afterAll, describe, expect, it } from 'vitest'
import { InvalidOptionError } from '../../../src/index.ts'
import { errorOf } from '../../support/error-of.ts'
import { openConnection } from '../../support/open-connection.ts'
import { testServer } from '../../support/test-server.ts'
import { type BareClient, bareClient, eachAutoPrepare } from './bare-client.ts'

const server = await testServer()
afterAll(() => server.dispose())

/** As pg-cursor does it: reads one row through a portal and leaves that open, without a Sync. */
class OpenPortal {
  readonly suspended: Promise<void>
  handlePortalSuspended = (): void => undefined

  constructor() {
    this.suspended = new Promise((resolve) => {
      this.handlePortalSuspended = resolve
    })
  }

  submit(
    connection: Record<'parse' | 'bind' | 'describe' | 'execute', (message: object) => void> & {
      flush(): void
    },
  ) {
    connection.parse({ text: 'select n from generate_series(1, 9) n' })
    connection.bind({})
    connection.describe({ type: 'P', name: '' })
    connection.execute({ rows: 1 })
    connection.flush()
    return null
  }

  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleCommandComplete(): void {}
  handleReadyForQuery(): void {}
  handleError(): void {}
}

const numberIn = async (asked: ReturnType<BareClient['query']>) => (await asked).rows[0]?.n

describe('P4: switching the pipeline on with a portal open', () => {
  it('answers statements with the answers of others on bare pg, and no error tells', async () => {
    const client = await bareClient(server, { pipeline: false })
    const portal = new OpenPortal()
    void client.query(portal)
    await portal.suspended
    client.pipeline = true
    const asked = [41, 42, 43].map((n) => client.query(`select ${n} as n`))
    const [first, second, third] = asked.map(numberIn)
    third?.catch(() => undefined)
    expect(await Promise.all([first, second])).toEqual([42, 43])
    expect(client.errors).toEqual([])
  })

  describe.each(eachAutoPrepare)('fenced, %o', (config) => {
    it('never happens: the pipeline is neither switched off nor on again, whatever is asked', async () => {
      const connection = await openConnection(server, config)
      const client = connection.unsafeClient as unknown as BareClient
      const switched: unknown[] = []
      Object.defineProperty(client, 'pipeline', {
        get: () => true,
        set: (value) => {
          switched.push(value)
        },
      })
      await connection.query('create temp table t (n int)')
      const copied = errorOf(connection.query('copy t from stdin'))
      const read = connection.query('copy t to stdout')
      await connection.transaction((tx) => tx.query('declare c cursor for select 1; fetch 1 from c'))
      await connection.session((session) => session.query('begin; select 1; commit'))
      const asked = [41, 42, 43].map((n) => connection.query(`select ${n} as n`))
      expect(await Promise.all(asked.map(numberIn))).toEqual([41, 42, 43])
      expect(await copied).toMatchObject({ code: '57014' })
      await read
      expect(switched).toEqual([])
    })

    it('has no occasion: what keeps a portal open across round trips is refused or read to its end', async () => {
      const connection = await openConnection(server, config)
      const refused = connection.query(new OpenPortal() as never)
      await expect(refused).rejects.toThrow(InvalidOptionError)
      const paged = { text: 'select n from generate_series(1, 9) n where n > $1', values: [0], rows: 2 }
      const [pages, next] = [connection.query(paged), connection.query('select 44 as n')]
      expect((await pages).rows).toHaveLength(9)
      expect(await numberIn(next)).toBe(44)
    })
  })
})
