// What the semantic conventions for database clients (1.33 and later; https://opentelemetry.io/docs/specs/semconv/db) call
// what we know. Texts only where they are asked for, values and messages of errors never: they may hold secrets.
import type { Attributes } from '@opentelemetry/api'
import type { PoolReadings, QueryMessage } from '../telemetry/channels.ts'
import { statementKeyword } from '../telemetry/statement-keyword.ts'

const system = { 'db.system.name': 'postgresql' } as const

export const ofDatabase = (database: string | undefined): Attributes => ({
  ...system,
  ...(database === undefined ? {} : { 'db.namespace': database }),
})

export function ofQuery({ text, host, port, database }: QueryMessage): Attributes {
  const operation = statementKeyword(text)
  return {
    ...ofDatabase(database),
    ...(operation === undefined ? {} : { 'db.operation.name': operation }),
    'server.address': host,
    'server.port': port,
  }
}

/** SQLSTATE where the server said no, else the code or the class of the error. */
export function ofError(error: unknown): Attributes {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }
  const isSqlState = typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)
  return {
    'error.type': typeof code === 'string' ? code : typeof name === 'string' ? name : '_OTHER',
    ...(isSqlState ? { 'db.response.status_code': code } : {}),
  }
}

export const ofPool = ({ name }: PoolReadings): Attributes => ({
  ...system,
  'db.client.connection.pool.name': name,
})
