// libpq's lists of hosts: names, addresses and ports, each separated by commas.
import { isIP } from 'node:net'
import type { Target } from '../../topology/target.ts'
import { type OptionKind, port } from './option-kind.ts'

/** As it stands in a string or an environment variable. */
export interface HostText {
  readonly host: string | undefined
  readonly hostaddr: string | undefined
  readonly port: string | undefined
}

const eachIs = (holds: (element: string) => boolean) => (value: unknown) =>
  typeof value === 'string' && value.split(',').every((element) => element === '' || holds(element))

/** An element that is empty stands for the default. */
export const ports: OptionKind = { wanted: port.wanted, holds: eachIs(port.holds) }

export const addresses: OptionKind = {
  wanted: 'IP addresses',
  holds: eachIs((element) => isIP(element) !== 0),
}

const defaultHost = 'localhost'
const defaultPort = 5432

/**
 * As many targets as there are addresses, or else names. One port is for all of them, several are one each; what is empty
 * is the default, which for a host is pg's (libpq has the folder of its sockets there).
 *
 * @param refused makes the error of lists that don't match
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-MULTIPLE-HOSTS
 */
export function targetsOf(text: HostText, refused: (wanted: string) => Error): Target[] {
  const hosts = listOf(text.host)
  const hostaddrs = listOf(text.hostaddr)
  const portList = listOf(text.port) ?? []
  const count = (hostaddrs ?? hosts ?? [defaultHost]).length
  if (hosts !== undefined && hosts.length !== count)
    throw refused(`as many names as addresses of hosts (there are ${hosts.length} and ${count})`)
  if (portList.length > 1 && portList.length !== count)
    throw refused(`one port, or as many as hosts (there are ${portList.length} and ${count})`)
  return Array.from({ length: count }, (_, index) => {
    const hostaddr = hostaddrs?.[index] || undefined
    const host = hosts?.[index] || hostaddr || defaultHost
    const givenPort = portList.length > 1 ? portList[index] : portList[0]
    return { host, port: Number(givenPort || defaultPort), ...(hostaddr === undefined ? {} : { hostaddr }) }
  })
}

const listOf = (text: string | undefined): string[] | undefined => text?.split(',')
