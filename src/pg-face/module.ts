// The same as the module of pg, for libraries that are handed one: TypeORM's `driver`, Sequelize's `dialectModule`.
import pg from 'pg'
import { Client } from './client.ts'
import { Pool } from './pool.ts'

/** Not to be had: pg-native can't be supervised, and libraries would prefer it unasked. */
export const native = null

export const pgFace: Omit<typeof pg, 'Pool' | 'Client' | 'native'> & {
  Pool: typeof Pool
  Client: typeof Client
  native: null
} = { ...pg, Pool, Client, native }
