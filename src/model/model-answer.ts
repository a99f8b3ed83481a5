// What a model's server is told to say, in words that are short to write in a test.
import { type Answer, errorOf } from './scripted-wire.ts'

/** A statement as it came to the server. */
export interface ModelStatement {
  readonly text: string
  /** As pg would write them: objects are JSON by then. */
  readonly values: readonly unknown[]
  /** Of the session that it came by. */
  readonly processId: number
}

/** What a server or a socket says when it refuses: an error of yours, or its SQLSTATE or code of Node's alone. */
export type ModelFault =
  | Error
  | { readonly code: string; readonly message?: string; readonly [field: string]: unknown }

/** What a statement is answered. Without `error` it succeeds. */
export interface ModelAnswer {
  /** Default none. */
  readonly rows?: readonly object[]
  /** Default: as many as there are rows. */
  readonly rowCount?: number
  /** The command's tag, such as 'INSERT'. Default: by the statement's first word. */
  readonly command?: string
  readonly error?: ModelFault
}

/** Says what a statement is answered, at once or later; undefined is the empty success. */
export type ModelReply = (
  statement: ModelStatement,
) => ModelAnswer | undefined | void | Promise<ModelAnswer | undefined | void>

export const answerOf = ({ error, ...success }: ModelAnswer): Answer =>
  error === undefined ? success : { error: faultOf(error, 'ERROR') }

/** EPIPE has the length of a SQLSTATE, and no digit. */
const isSqlState = (code: string): boolean => /^(?=.*\d)[0-9A-Z]{5}$/.test(code)

/** The error of a fault; a FATAL is the last that a server says to a session. */
export function faultOf(fault: ModelFault, severity: 'ERROR' | 'FATAL'): Error {
  if (fault instanceof Error) return fault
  const { code, message = `${code}, said by the model` } = fault
  if (isSqlState(code)) return errorOf(code, { severity, ...fault, message })
  return Object.assign(new Error(message), fault)
}
