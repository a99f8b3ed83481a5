import type { Settings } from '../settings.ts'

const known = new WeakMap<Settings, string | undefined>()

/** The database that sessions are opened in, as far as it can be told before there is one; as the server does it, the user's by default. */
export function databaseOf(settings: Settings): string | undefined {
  if (!known.has(settings)) known.set(settings, read(settings))
  return known.get(settings)
}

function read({ readClient }: Settings): string | undefined {
  const { connectionString = '', database, user } = readClient()
  const url = URL.canParse(connectionString) ? new URL(connectionString) : undefined
  const inUrl = decodeURI(url?.pathname.slice(1) ?? '')
  const userInUrl = decodeURIComponent(url?.username ?? '')
  const { PGDATABASE, PGUSER } = process.env
  return inUrl || database || PGDATABASE || userInUrl || user || PGUSER || undefined
}
