// Options whose meaning is settled and whose machinery is still to come. What asks for nothing new is honoured; all
// else is refused, for a connection that passes over `targetSessionAttrs` writes to a standby.
import { invalidOption } from '../../errors/invalid-option-error.ts'
import { checkKind, isObject, isText, port } from './option-kind.ts'

interface LaterOption {
  readonly wanted: string
  readonly asksNothingNew: (value: unknown) => boolean
}

const laterOptions: Readonly<Record<string, LaterOption>> = {
  hosts: {
    wanted: 'one host and port',
    asksNothingNew: (value) => Array.isArray(value) && value.length === 1 && isHostEntry(value[0]),
  },
  targetSessionAttrs: { wanted: "'any'", asksNothingNew: (value) => value === 'any' },
  loadBalanceHosts: { wanted: "'disable'", asksNothingNew: (value) => value === 'disable' },
}

export const laterOptionNames = Object.keys(laterOptions)

/** Completes "wants …" where only the simplest value is taken. */
export const onlyYet = (wanted: string) => `${wanted} (others are not supported by this version)`

/**
 * @returns the options without the later ones; a single entry of `hosts` became `host` and `port`.
 * @throws {InvalidOptionError} when one of them asks for what this version has not.
 */
export function settleLaterOptions(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  for (const [name, option] of Object.entries(laterOptions)) {
    const value = options[name]
    if (value !== undefined && !option.asksNothingNew(value))
      throw invalidOption(name, onlyYet(option.wanted), value)
  }
  const settled = Object.fromEntries(
    Object.entries(options).filter(([name]) => !laterOptionNames.includes(name)),
  )
  const hosts = options['hosts'] as [{ host: string; port: number }] | undefined
  if (hosts !== undefined) Object.assign(settled, onlyHost(hosts, settled))
  checkOneHost(settled['host'])
  return settled
}

function onlyHost(hosts: [{ host: string; port: number }], beside: Readonly<Record<string, unknown>>) {
  for (const name of ['host', 'port', 'connectionString']) {
    if (beside[name] !== undefined) throw invalidOption('hosts', `no \`${name}\` beside it`, hosts)
  }
  const [{ host, port: number }] = hosts
  checkKind('hosts[0].port', number, port)
  return { host, port: number }
}

function checkOneHost(host: unknown): void {
  if (isSeveralHosts(host)) throw invalidOption('host', onlyYet('one host'), host)
}

/** As libpq separates them; a comma in the path of a socket is part of the path for pg. */
export const isSeveralHosts = (host: unknown): boolean =>
  typeof host === 'string' && host.includes(',') && !host.startsWith('/')

function isHostEntry(value: unknown): boolean {
  if (!isObject(value) || !('port' in value)) return false
  const { host } = value as { host?: unknown }
  return isText(host) && host !== ''
}
