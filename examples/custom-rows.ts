// Rows by name, by position, or as objects of your own: for a whole connection, or for one query.
//
//   DATABASE_URL=postgres://… npx tsx examples/custom-rows.ts
import { connect, type RowMapper } from 'pg-supervisor'

/** What psycopg calls a NamedTuple: columns by name, and nothing else. */
class Tablespace {
  readonly name: string
  readonly isDefault: boolean

  constructor(name: string) {
    this.name = name
    this.isDefault = name === 'pg_default'
  }
}

const toTablespace: RowMapper = ([name]) => new Tablespace(String(name))

await using connection = await connect({
  connectionString: process.env['DATABASE_URL'] ?? 'postgres://localhost',
  mapRow: (values, fields) => new Map(fields.map(({ name }, index) => [name, values[index]])),
})
const text = "select spcname from pg_tablespace where spcname like 'pg\\_%' order by spcname"

const maps = await connection.query<Map<string, string>>(text)
console.log(`maps: ${maps.rows.map((row) => row.get('spcname')).join(', ')}`)

const own = await connection.query<Tablespace>(text, [], { mapRow: toTablespace })
console.log(`own: ${own.rows.map(({ name, isDefault }) => (isDefault ? `${name}!` : name)).join(', ')}`)

const inTransaction = await connection.transaction((tx) =>
  tx.query<[string]>(text, [], { mapRow: (values) => values }),
)
console.log(`arrays: ${inTransaction.rows.map(([name]) => name).join(', ')}`)
