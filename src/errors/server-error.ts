/** What every pg driver's DatabaseError has; the fields of an ErrorResponse. */
export interface ServerError {
  /** SQLSTATE. */
  code: string
  severity: string
  routine?: string | undefined
}

const sqlStatePattern = /^[0-9A-Z]{5}$/

/** By shape, not by class: several copies and drivers make their own. EPIPE has five letters, no severity. */
export function isServerError(error: unknown): error is ServerError {
  if (typeof error !== 'object' || error === null) return false
  try {
    const { code, severity } = error as Partial<ServerError>
    return typeof code === 'string' && sqlStatePattern.test(code) && typeof severity === 'string'
  } catch {
    // What users abort with is theirs, accessors that throw included.
    return false
  }
}
