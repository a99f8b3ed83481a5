import type { Settings } from '../settings.ts'

interface Login {
  readonly user: string | undefined
  readonly database: string | undefined
}

const known = new WeakMap<Settings, Login>()

/** As whom and where sessions are opened, as far as it can be told before there is one; the database is the user's by default. */
export function loginOf(settings: Settings): Login {
  const login = known.get(settings) ?? read(settings)
  known.set(settings, login)
  return login
}

function read({ readClient }: Settings): Login {
  const { connectionString = '', ...beside } = readClient()
  const url = URL.canParse(connectionString) ? new URL(connectionString) : undefined
  const { PGDATABASE, PGUSER } = process.env
  const user = decodeURIComponent(url?.username ?? '') || beside.user || PGUSER || undefined
  return { user, database: decodeURI(url?.pathname.slice(1) ?? '') || beside.database || PGDATABASE || user }
}
