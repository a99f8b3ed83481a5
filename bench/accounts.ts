// The statements that are asked, and the table that some ask: small rows by primary key, as most are.
import pg from 'pg'
import type { Postgres } from '../embedded/postgres.ts'
import type { Statement } from './clients.ts'

const howMany = 1000

export async function createAccounts({ url }: Postgres): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  await client.query('create table account (id int primary key, name text not null, cents int not null)')
  await client.query(
    `insert into account select n, 'account ' || n, 0 from generate_series(0, ${howMany - 1}) n`,
  )
  await client.query('create unlogged table note (id int, body text)')
  await client.query('create table document (id int primary key, body jsonb, bytes bytea)')
  await client.query(
    `insert into document select n, jsonb_build_object('number', n, 'words', array_fill('word ' || n, array[100])),
      decode(repeat('0123456789abcdef', 1024), 'hex') from generate_series(0, ${howMany - 1}) n`,
  )
  await client.query('vacuum analyze account, document')
  await client.end()
}

/** The least that a server can be asked: what is compared is the clients. */
export const selectNumber = (turn: number): Statement => ({
  name: 'number',
  text: 'select $1::int as n',
  values: [turn % howMany],
})

export const selectAccount = (turn: number): Statement => ({
  text: 'select id, name, cents from account where id = $1',
  values: [turn % howMany],
})

export const selectAccountByName = (turn: number): Statement => ({
  name: 'account',
  text: 'select id, name, cents from account where id = $1',
  values: [turn % howMany],
})

export const insertNote = (turn: number): Statement => ({
  name: 'note',
  text: 'insert into note values ($1, $2)',
  values: [turn, 'nothing much'],
})

export const selectAccounts = (rows: number) => (): Statement => ({
  name: 'accounts',
  text: 'select id, name, cents from account where id < $1',
  values: [rows],
})

const manyColumns = Array.from({ length: 50 }, (_, at) => `${at} as column${at}`).join(', ')

export const selectWideRow = (turn: number): Statement => ({
  name: 'wide',
  text: `select id, ${manyColumns} from account where id = $1`,
  values: [turn % howMany],
})

/** About a kilobyte. */
export const selectJson = (turn: number): Statement => ({
  name: 'json',
  text: 'select body from document where id = $1',
  values: [turn % howMany],
})

/** Eight kilobytes. */
export const selectBytes = (turn: number): Statement => ({
  name: 'bytes',
  text: 'select bytes from document where id = $1',
  values: [turn % howMany],
})

export const addCents = (turn: number): Statement => ({
  name: 'add',
  text: 'update account set cents = cents + $2 where id = $1',
  values: [turn % howMany, 1],
})
