import { createRequire } from 'node:module'
import { invalidOption } from '../errors/invalid-option-error.ts'
import { nearestName } from '../errors/nearest-name.ts'
import type { Driver, DriverName } from './driver.ts'
import { pgDriver } from './pg-driver.ts'
import { pgliteDriver } from './pglite/pglite-driver.ts'

interface NamedDriver {
  readonly driver?: Driver
  /** What it needs beside pg. */
  readonly package?: string
  /** Why a supervisor can't use it. */
  readonly refusal?: string
}

const named: Readonly<Record<DriverName, NamedDriver>> = {
  pg: { driver: pgDriver },
  // test/integration/drivers/pg-native.test.ts shows it; docs/drivers.md tells the whole story.
  'pg-native': {
    refusal:
      'pg-native ends the process when a client follows one whose session was lost, and can abandon neither an attempt nor a cancel',
  },
  pglite: { driver: pgliteDriver, package: '@electric-sql/pglite' },
}

const wanted = Object.entries(named)
  .filter(([, { driver }]) => driver !== undefined)
  .map(([name]) => `'${name}'`)
  .join(', ')

/**
 * The driver of a name. That its package is there is looked up now, without running any of it; it is imported with the first
 * session.
 *
 * @param option what the name was given in, for the error.
 * @throws {InvalidOptionError} for a name that is not known, one that is refused, and one whose package is missing.
 */
export function driverOf(name: string, option: string): Driver {
  const found: NamedDriver | undefined = Object.hasOwn(named, name) ? named[name as DriverName] : undefined
  if (found === undefined) {
    const nearest = nearestName(name, Object.keys(named))
    throw invalidOption(
      option,
      `${wanted} or a driver of your own (the nearest known one is '${nearest}')`,
      name,
    )
  }
  const { driver, package: needed, refusal } = found
  if (driver === undefined)
    throw invalidOption(option, `${wanted} or a driver of your own (${refusal})`, name)
  if (needed !== undefined && !isInstalled(needed))
    throw invalidOption(option, `a driver that is installed (npm install ${needed})`, name)
  return driver
}

/** import.meta.resolve does not look whether the file is there, and require.resolve does. */
function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name)
    return true
  } catch {
    return false
  }
}
