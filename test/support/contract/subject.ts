import { onTestFinished } from 'vitest'
import { Connection, type ConnectionConfig, type Driver } from '../../../src/index.ts'

/** A driver, and something for it to speak to. */
export interface Subject {
  readonly driver: Driver
  /** The same place at each call. */
  config(): ConnectionConfig
  /** The present session dies, as sessions of this driver do. */
  lose(connection: Connection): Promise<unknown> | undefined
}

/** A connection that ends with the test. */
export function newConnection(subject: Subject, config: ConnectionConfig = {}): Connection {
  const connection = new Connection({ ...subject.config(), driver: subject.driver, ...config })
  onTestFinished(() => connection.end())
  return connection
}

export const openConnection = (subject: Subject, config?: ConnectionConfig): Promise<Connection> =>
  newConnection(subject, config).connect()

/** Resolves when its next session is usable. */
export async function replaceSession(subject: Subject, connection: Connection): Promise<void> {
  const recovered = new Promise((resolve) => connection.on('connected', resolve))
  await subject.lose(connection)
  await recovered
}
