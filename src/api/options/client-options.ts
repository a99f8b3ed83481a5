// What pg's clients are made of. Each session gets an object of its own: what pg or a clientFactory does to one (pg makes
// the key of an `ssl` invisible) reaches neither the next session nor the user.
import type { ClientConfig } from 'pg'
import type { Target } from '../../topology/target.ts'
import type { PgOptions } from './pg-options.ts'
import type { Said } from './said.ts'
import { veil } from './veil.ts'

/** What pg is handed to reach a target, or the one host there is. */
export type ReadClient = (target?: Target) => ClientConfig

export function clientOptions(
  given: PgOptions,
  said: Said | undefined,
  place: (target: Target) => PgOptions,
): ReadClient {
  const merged: PgOptions = { ...given, ...said?.options }
  const ssl = copyOf(merged.ssl)
  const tls = said?.tls ?? (() => copyOf(ssl))
  return (target) => {
    const chosen = tls()
    return veil({
      // A dead peer is noticed by the kernel, too; libpq's default, while pg's is false.
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      ...merged,
      ...(chosen === undefined ? {} : { ssl: isOptions(chosen) ? veil(chosen) : chosen }),
      ...(said?.uri === undefined ? {} : { connectionString: said.uri }),
      ...(target === undefined ? {} : placed(target, said, merged, place)),
    })
  }
}

/** A stream of the user's own goes where that says. */
function placed(
  target: Target,
  said: Said | undefined,
  { stream }: PgOptions,
  place: (target: Target) => PgOptions,
): ClientConfig {
  const where = said?.uriTo === undefined ? { host: target.host, port: target.port } : {}
  const uri = said?.uriTo === undefined ? {} : { connectionString: said.uriTo(target) }
  return { ...where, ...uri, ...(stream === undefined ? place(target) : {}) }
}

const isOptions = (ssl: PgOptions['ssl']) => typeof ssl === 'object'

/** With the key, which pg makes invisible to copying. */
function copyOf(ssl: PgOptions['ssl']): PgOptions['ssl'] {
  if (typeof ssl !== 'object') return ssl
  return ssl.key === undefined ? { ...ssl } : { ...ssl, key: ssl.key }
}
