// What a request is told that failed by the word of a living session, and what of it is for the judge of deaths.
import { doubt } from '../../errors/outcome-of.ts'
import type { Request } from './request.ts'

export interface ErrorVerdict {
  readonly told: unknown
  /** undefined = nothing: an abort is its caller's own affair, whatever the reason looks like. */
  readonly judged: unknown
}

export function errorVerdict({ wish, wasWritten }: Request, error: unknown): ErrorVerdict {
  const isConfirmed = wish !== undefined && (error as { code?: unknown }).code === '57014'
  if (isConfirmed) return { told: wish.confirmed, judged: wish.isDeadline ? wish.confirmed : undefined }
  // What is repeated may fail because it was applied the first time.
  return { told: wasWritten ? doubt(error) : error, judged: error }
}
