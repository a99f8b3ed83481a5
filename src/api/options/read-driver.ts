import type { Driver } from '../../drivers/driver.ts'
import { driverOf } from '../../drivers/load-driver.ts'
import type { ConnectionConfig } from '../connection-config.ts'
import { isObject, isText, type OptionKind, withMethods } from './option-kind.ts'

const variable = 'PG_SUPERVISOR_DRIVER'
const hasItsMethods = withMethods('open', 'prepareValues')

/** Which names there are is for the drivers to say. */
export const driver: OptionKind = {
  wanted: 'a name or an object with a name, capabilities, open(), prepareValues()',
  holds: (value) => typeof value === 'string' || isDriver(value),
}

function isDriver(value: unknown): boolean {
  if (!hasItsMethods.holds(value)) return false
  const { name, capabilities } = value as Partial<Record<keyof Driver, unknown>>
  return isText(name) && name !== '' && isObject(capabilities)
}

/** The option, else the environment variable, else pg; an empty variable is none. */
export function readDriver(given: ConnectionConfig['driver']): Driver {
  if (typeof given === 'object') return given
  if (given !== undefined) return driverOf(given, 'driver')
  return driverOf(process.env[variable] || 'pg', variable)
}
