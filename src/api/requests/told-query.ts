import type { Reply, Request } from '../../machines/mailbox/request.ts'
import { type QueryMessage, queryChannel } from '../../telemetry/channels.ts'
import { loginOf } from '../options/login-of.ts'
import type { Settings } from '../settings.ts'

/** Asks, and tells whoever listens on the channel of statements; the supervisor's own questions are nobody's. */
export function toldQuery(
  { text, name, role }: Request,
  settings: Settings,
  ask: () => Promise<Reply>,
): Promise<Reply> {
  if (role === 'probe' || role === 'lease') return ask()
  const { host, port } = settings.address
  const message: QueryMessage = {
    connection: settings.name,
    host,
    port,
    database: loginOf(settings).database,
    text,
    name,
    role,
  }
  return queryChannel.tracePromise(ask, message)
}
