import type { Target } from './target.ts'

/** A host has let us in and is not what was asked for. */
export class UnfitHostError extends Error {
  override readonly name = 'UnfitHostError'

  /** @param reason completes the sentence that begins with the host: "is a standby" */
  constructor({ host, port }: Target, reason: string) {
    super(`${host}:${port} ${reason}`)
  }
}
