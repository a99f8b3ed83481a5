// What pg's clients are made of. Each session gets an object of its own: what pg or a clientFactory does to one (pg makes
// the key of an `ssl` invisible) reaches neither the next session nor the user.
import type { ClientConfig } from 'pg'
import type { PgOptions } from './pg-options.ts'
import type { Said } from './said.ts'
import { veil } from './veil.ts'

export function clientOptions(given: PgOptions, said: Said | undefined): () => ClientConfig {
  const merged: PgOptions = { ...given, ...said?.options }
  const ssl = copyOf(merged.ssl)
  const tls = said?.tls ?? (() => copyOf(ssl))
  return () => {
    const chosen = tls()
    return veil({
      // A dead peer is noticed by the kernel, too; libpq's default, while pg's is false.
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      ...merged,
      ...(chosen === undefined ? {} : { ssl: isOptions(chosen) ? veil(chosen) : chosen }),
      ...(said?.uri === undefined ? {} : { connectionString: said.uri }),
    })
  }
}

const isOptions = (ssl: PgOptions['ssl']) => typeof ssl === 'object'

/** With the key, which pg makes invisible to copying. */
function copyOf(ssl: PgOptions['ssl']): PgOptions['ssl'] {
  if (typeof ssl !== 'object') return ssl
  return ssl.key === undefined ? { ...ssl } : { ...ssl, key: ssl.key }
}
