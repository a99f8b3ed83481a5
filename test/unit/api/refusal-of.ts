import type { ConnectionConfig } from '../../../src/api/connection-config.ts'
import { readConfig } from '../../../src/api/options/read-config.ts'
import { InvalidOptionError } from '../../../src/errors/invalid-option-error.ts'

/** The error with which a configuration is refused; undefined when it is taken. Any other error is thrown on. */
export function refusalOf(config: unknown): InvalidOptionError | undefined {
  return invalidOptionIn(() => readConfig(config as ConnectionConfig))
}

export function invalidOptionIn(attempt: () => unknown): InvalidOptionError | undefined {
  try {
    attempt()
    return undefined
  } catch (error) {
    if (error instanceof InvalidOptionError) return error
    throw error
  }
}
