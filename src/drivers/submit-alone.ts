// pg's own submittables (pg-cursor, pg-query-stream, pg-copy-streams) hold a conversation of several rounds. Anything of the
// pipeline's behind it would be answered out of it, and a COPY would end the session: so each runs alone, with the pipeline
// switched off, from drained to drained.
import type { PgClient, PgConnection } from './pg-internals.ts'

export function submitAlone(
  client: PgClient,
  submittable: () => object,
  ended: () => void,
  failed: (error: unknown) => void,
): void {
  if (!isDrained(client)) {
    client.once('drain', () => submitAlone(client, submittable, ended, failed))
    return
  }
  const { pipeline, connection } = client
  const own = new Set(connection.listeners('readyForQuery'))
  const answerForEver = (): void => answerClosing(connection, own)
  client.pipeline = false
  client.once('end', answerForEver)
  client.once('drain', () => {
    client.pipeline = pipeline
    client.off('end', answerForEver)
    ended()
  })
  try {
    client.query(submittable())
  } catch (error) {
    // How much of it was written nobody knows. Not from in here: whoever submits is not done yet.
    process.nextTick(failed, error)
  }
}

/**
 * pg-cursor, and pg-query-stream with it, is closed by the next ReadyForQuery (pg-cursor 2.22.0, close()). A dead session says
 * none, and whoever waits for the end of a stream would wait for ever.
 */
function answerClosing(connection: PgConnection, own: ReadonlySet<unknown>): void {
  const answer = (listener: unknown): void => {
    if (typeof listener === 'function') setImmediate(listener as () => void)
  }
  // pg tells them of the end in the next tick, and then they close.
  setImmediate(() => {
    for (const listener of connection.listeners('readyForQuery')) if (!own.has(listener)) answer(listener)
    connection.on('newListener', (event, listener) => {
      if (event === 'readyForQuery') answer(listener)
    })
  })
}

/** Somebody may be using the client behind our back. */
const isDrained = ({ _activeQuery, _queryQueue, _sentQueryQueue }: PgClient): boolean =>
  !_activeQuery && _queryQueue.length === 0 && _sentQueryQueue.length === 0
