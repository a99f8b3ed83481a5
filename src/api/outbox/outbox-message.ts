import { checkNames } from '../../errors/check-option.ts'
import { invalidOption } from '../../errors/invalid-option-error.ts'
import type { Transaction } from '../queryable.ts'

/** What is published. */
export interface OutboxMessage {
  /** What it is about: messages of one key are delivered in the order in which they were published. Default: none. */
  readonly key?: string
  /** Whatever JSON can say; stored as jsonb. */
  readonly payload: unknown
}

/** What is delivered. */
export interface DeliveredMessage {
  /** Never given twice in one outbox, and the same at each delivery of a message: what tells a repetition. */
  readonly id: string
  readonly key: string | undefined
  /** As JSON.parse() makes it. */
  readonly payload: unknown
  /** When its transaction began, in Unix milliseconds by the server's clock. */
  readonly publishedAt: number
}

/** What a handler may work with. */
export interface DeliveryContext {
  /** What is done by it takes effect together with the position, exactly once. */
  readonly tx: Transaction
  /** Aborted when the subscription or its connection is being closed. */
  readonly signal: AbortSignal
}

/** Gets the next messages, one batch at a time. What it rejects with, or throws, has the batch delivered again. */
export type DeliveryHandler = (messages: readonly DeliveredMessage[], context: DeliveryContext) => unknown

/** Keys and payloads, as the statement takes them. */
export function columnsOf(messages: readonly OutboxMessage[]): [(string | null)[], string[]] {
  return [messages.map(keyOf), messages.map(payloadOf)]
}

function keyOf(message: OutboxMessage): string | null {
  checkNames(message, ['key', 'payload'], 'message.')
  const { key = null } = message
  if (key !== null && (typeof key !== 'string' || key.includes('\0')))
    throw invalidOption('message.key', 'a string without NUL', key)
  return key
}

function payloadOf({ payload }: OutboxMessage): string {
  const text = json(payload)
  if (text === undefined) throw invalidOption('message.payload', 'what JSON can say', payload)
  return text
}

function json(payload: unknown): string | undefined {
  try {
    return JSON.stringify(payload)
  } catch {
    return undefined
  }
}

/** A row of the batch, with its place in the outbox. */
export interface PlacedMessage {
  readonly xid: string
  readonly message: DeliveredMessage
}

export function placedMessage(values: readonly unknown[]): PlacedMessage {
  const [xid, id, key, payload, seconds] = values as [string, string, string | null, string, string]
  return {
    xid,
    message: { id, key: key ?? undefined, payload: JSON.parse(payload), publishedAt: Number(seconds) * 1000 },
  }
}
