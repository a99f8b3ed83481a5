// libpq itself, as psql has it, to compare with.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const folders = [
  ...[18, 17, 16, 15, 14].map((version) => `/usr/lib/postgresql/${version}/bin`),
  ...(process.env['PATH'] ?? '').split(delimiter),
]

export const psql = folders.map((folder) => join(folder, 'psql')).find((path) => existsSync(path))

export const howToGetPsql = 'compares with libpq, and there is no psql: apt-get install postgresql-client'

/** The port of the server that libpq ends up at; undefined = it found none, or refused the string. */
export function portByLibpq(
  connectionString: string,
  env: Record<string, string> = {},
): Promise<number | undefined> {
  const args = ['--no-psqlrc', '--tuples-only', '--no-align', '--command', 'select inet_server_port()']
  return new Promise((resolve) => {
    execFile(
      psql as string,
      [...args, '--dbname', connectionString],
      { env: { PATH: process.env['PATH'], PGCONNECT_TIMEOUT: '20', ...env } },
      (error, stdout) => resolve(error ? undefined : Number(stdout)),
    )
  })
}
