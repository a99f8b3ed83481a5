import type { FaceClient, IdleListener, PoolInternals } from './pool-internals.ts'

/** pg-pool's own, which it keeps to itself: an idle client that fails is removed, and the pool tells of it. */
export function idleListenerFor(pool: PoolInternals, client: FaceClient): IdleListener {
  return function idleListener(error) {
    error.client = client
    client.removeListener('error', idleListener)
    client.on('error', () => pool.log('additional client error after disconnection due to error', error))
    pool._remove(client)
    pool.emit('error', error, client)
  }
}
