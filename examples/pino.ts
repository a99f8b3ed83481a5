// The supervisor's own lines in pino's format. pino takes the fields first and the message second.

import { connect, type Logger } from 'pg-supervisor'
import pino from 'pino'

const log = pino({ level: 'info' })

const logger: Logger = {
  debug: (message, fields) => log.debug(fields ?? {}, message),
  info: (message, fields) => log.info(fields ?? {}, message),
  warn: (message, fields) => log.warn(fields ?? {}, message),
  error: (message, fields) => log.error(fields ?? {}, message),
}

const connection = await connect({
  connectionString: process.env['DATABASE_URL'] ?? '',
  name: 'main',
  logger,
})
await connection.end()
