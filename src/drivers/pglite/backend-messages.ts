// The little of the protocol that has to be read, or said in somebody's place, between PGlite and pg.

/** What a reply comes to, besides its bytes. */
export interface ReplyFacts {
  /** Of its last ReadyForQuery; undefined where there is none. */
  readonly status: string | undefined
  /** Its NotificationResponses, for the other sessions. */
  readonly notifications: readonly Buffer[]
}

const readyForQuery = 0x5a // Z
const notificationResponse = 0x41 // A

export function readReply(reply: Buffer): ReplyFacts {
  let status: string | undefined
  const notifications: Buffer[] = []
  for (let at = 0; at + 5 <= reply.length; ) {
    const end = at + 1 + reply.readInt32BE(at + 1)
    if (reply[at] === readyForQuery) status = String.fromCharCode(reply[at + 5]!)
    else if (reply[at] === notificationResponse) notifications.push(reply.subarray(at, end))
    at = end
  }
  return { status, notifications }
}

const message = (type: string, body: string): Buffer => {
  const bytes = Buffer.alloc(5 + Buffer.byteLength(body))
  bytes.write(type)
  bytes.writeInt32BE(bytes.length - 1, 1)
  bytes.write(body, 5)
  return bytes
}

/** The only user and the only database there are: PGlite 0.5.16 ends itself at the name of another. */
export const startup: Buffer = ((parameters: string) => {
  const bytes = Buffer.alloc(8 + parameters.length)
  bytes.writeInt32BE(bytes.length)
  bytes.writeInt32BE(196_608, 4)
  bytes.write(parameters, 8)
  return bytes
})('user\0postgres\0database\0postgres\0\0')

/** A Query message of ours. */
export const queryOf = (text: string): Buffer => message('Q', `${text}\0`)

/** Ends what was begun in the extended protocol. */
export const sync: Buffer = message('S', '')

/** To SSLRequest: not here. */
export const noTls: Buffer = Buffer.from('N')

/** What a server answers an empty query. */
export const emptyReply = (status: string): Buffer => Buffer.concat([message('I', ''), message('Z', status)])

const cancelFields = [
  'SERROR',
  'VERROR',
  'C57014',
  'Mcanceling statement due to user request',
  'RProcessInterrupts',
]

/** What a server answers a statement that was cancelled outside of a transaction. */
export const cancelledReply: Buffer = Buffer.concat([
  message('E', `${cancelFields.join('\0')}\0\0`),
  message('Z', 'I'),
])
