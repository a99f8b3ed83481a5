/** One message between client and server. */
export interface WireMessage {
  /** The type byte as a letter; empty for the messages that open a connection, which have none. */
  readonly type: string
  /** The body as UTF-8, without its last NUL; fields are separated by NUL. */
  readonly text: string
  readonly bytes: Buffer
}

export function toMessage(bytes: Buffer): WireMessage {
  const isTyped = bytes[0] !== 0 // an opening message begins with its length, which is below 2^24
  const body = bytes.toString('utf8', isTyped ? 5 : 8)
  return { type: isTyped ? String.fromCharCode(bytes[0]!) : '', text: body.replace(/\0$/, ''), bytes }
}

/** Whether a client's message carries SQL that matches: a simple Query, or the Parse of an extended one. */
export function carries(sql: RegExp): (message: WireMessage) => boolean {
  return ({ type, text }) => {
    if (type === 'Q') return sql.test(text)
    return type === 'P' && sql.test(text.split('\0')[1] ?? '')
  }
}

/** Whether a server's message is the CommandComplete with this tag, say `COMMIT`: the server has done it. */
export function completes(tag: string): (message: WireMessage) => boolean {
  return ({ type, text }) => type === 'C' && text.startsWith(tag)
}
