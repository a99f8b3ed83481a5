// Spans of statements, transactions and attempts to connect. A statement's parent is the span that is active where it is
// asked for; inside a transaction's callback that is the transaction's, unless the callback has begun one of its own.
import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type Attributes,
  type Context,
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { connectChannel, queryChannel, transactionChannel } from '../telemetry/channels.ts'
import { ofDatabase, ofError, ofQuery } from './attributes.ts'
import type { Subscriptions } from './subscriptions.ts'

interface OpenTransaction {
  readonly span: Span
  /** What was active around it. */
  readonly around: Span | undefined
}

interface Ended {
  error?: unknown
}

export function startSpans(tracer: Tracer, subscriptions: Subscriptions, showsText: boolean): void {
  const open = new AsyncLocalStorage<OpenTransaction>()
  const spans = new WeakMap<object, Span>()
  const begin = (message: object, name: string, attributes: Attributes): Span => {
    const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, parentOf(open.getStore()))
    spans.set(message, span)
    return span
  }
  const asyncEnd = (message: Ended): void => endSpan(spans.get(message), message)

  subscriptions.trace(queryChannel, {
    start: (message) => {
      const { text, database } = message
      const attributes = ofQuery(message)
      if (showsText) attributes['db.query.text'] = text
      begin(message, [attributes['db.operation.name'] ?? 'statement', database].join(' ').trim(), attributes)
    },
    asyncEnd,
  })

  transactionChannel.start.bindStore(open, (message) => ({
    around: trace.getActiveSpan(),
    span: begin(message, `transaction ${message.database ?? ''}`.trim(), ofDatabase(message.database)),
  }))
  subscriptions.onEnd(() => transactionChannel.start.unbindStore(open))
  subscriptions.trace(transactionChannel, { asyncEnd })

  subscriptions.trace(connectChannel, {
    start: (message) => {
      const address = { 'server.address': message.host, 'server.port': message.port }
      begin(message, 'connect', { ...ofDatabase(undefined), ...address })
    },
    asyncEnd,
  })
}

function parentOf(transaction: OpenTransaction | undefined): Context {
  const active = context.active()
  return transaction !== undefined && trace.getSpan(active) === transaction.around
    ? trace.setSpan(active, transaction.span)
    : active
}

function endSpan(span: Span | undefined, { error }: Ended): void {
  if (error !== undefined) span?.setAttributes(ofError(error)).setStatus({ code: SpanStatusCode.ERROR })
  span?.end()
}
