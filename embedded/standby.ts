import { appendFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Account } from './account.ts'
import { type Cluster, handOver } from './cluster.ts'

/** A server that is streamed from. */
interface Sender {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
}

/**
 * Makes the next start of a cluster that of a streaming standby, until it is promoted.
 *
 * @see https://www.postgresql.org/docs/current/warm-standby.html#STANDBY-SERVER-SETUP
 */
export async function makeStandby(cluster: Cluster, account: Account, sender: Sender): Promise<void> {
  const { host, port, user, password } = sender
  const signal = join(cluster.data, 'standby.signal')
  await writeFile(signal, '')
  await handOver(signal, account, 0o600)
  const conninfo = `host=${host} port=${port} user=${user} password=${password}`
  await appendFile(join(cluster.data, 'postgresql.auto.conf'), `primary_conninfo = '${conninfo}'\n`)
}
