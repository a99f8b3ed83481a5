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
  await client.query('vacuum analyze account')
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

export const addCents = (turn: number): Statement => ({
  name: 'add',
  text: 'update account set cents = cents + $2 where id = $1',
  values: [turn % howMany, 1],
})
