// What a server can do by itself about a client that is gone: it looks now and then whether a client it works for is still
// there, and lets TCP give up. Without it an abandoned query runs to its end, and an abandoned session holds its locks for
// two hours (tcp_keepalives_idle of most systems).
import { isServerError } from '../../errors/server-error.ts'
import type { RequestLane } from '../../machines/mailbox/request.ts'
import type { Core } from '../core.ts'

/** A setting, as servers come, and as it shall be. */
type Wish = readonly [name: string, shipped: string, value: string]

/** Refused where the server's system can't tell, so it has a statement of its own. */
const whileWorking: readonly Wish[] = [['client_connection_check_interval', '0', '2s']]

/** A minute in all, for what waits to be sent as for silence. */
const overTcp: readonly Wish[] = [
  ['tcp_user_timeout', '0', '60000'],
  ['tcp_keepalives_idle', '7200', '30'],
  ['tcp_keepalives_interval', '75', '5'],
  ['tcp_keepalives_count', '9', '6'],
]

/** Connections whose users know. */
const told = new WeakSet<Core>()

/** Total: a server that refuses is told of once, as a warning, and is good enough all the same. */
export async function setDeadMan(core: Core, lane: RequestLane): Promise<void> {
  const { wire } = core.mailbox
  const { driver, name } = core.settings
  if (!driver.capabilities.outages || wire?.serverVersion === undefined) return
  const wishes = wire.host.host.startsWith('/') ? [whileWorking] : [whileWorking, overTcp]
  const refused = (await Promise.all(wishes.map((some) => refusedOf(some, core, lane)))).flat()
  if (refused.length === 0 || told.has(core)) return
  told.add(core)
  const message = `the server of ${name} did not take ${refused.join(', ')}: it may work on for clients that are gone`
  core.notices.publish({ type: 'warning', reason: 'deadManRefused', message })
}

async function refusedOf(wishes: readonly Wish[], core: Core, lane: RequestLane): Promise<string[]> {
  const text = asking(wishes)
  try {
    const answer = await core.ask(core.newRequest({ text, lane }))
    const rows = (answer?.rows ?? []) as { name: string; value: string; taken: string }[]
    return rows.filter(({ value, taken }) => taken !== value).map((row) => row.name)
  } catch (error) {
    // A session that was lost meanwhile has refused nothing.
    return isServerError(error) ? wishes.map(([setting]) => setting) : []
  }
}

/**
 * Changes only what nobody has changed, neither for the server nor for the role nor by `options`, and passes over what the
 * server does not know. set_config() returns what was taken: where it is about the socket, what the socket has.
 */
const asking = (wishes: readonly Wish[]): string =>
  `SELECT name, value, pg_catalog.set_config(name, value, false) AS taken
    FROM (VALUES ${wishes.map((wish) => `('${wish.join(`', '`)}')`).join(', ')}) AS wish (name, shipped, value)
    WHERE pg_catalog.current_setting(name, true) = shipped`
