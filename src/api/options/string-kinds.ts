// Values inside a connection string, which are all text.
import { longestDelayMs } from '../../backoff/longest-delay.ts'
import { balancing, sessionAttrs } from './host-kinds.ts'
import { addresses, ports } from './host-lists.ts'
import { callable, type OptionKind, oneOf } from './option-kind.ts'

export const digits: OptionKind = { wanted: 'a whole number, 0 or more', holds: matches(/^\d{1,10}$/) }

export const integer: OptionKind = { wanted: 'a whole number', holds: matches(/^[+-]?\d{1,10}$/) }

export const onlyWord = (word: string): OptionKind => ({
  wanted: `'${word}' (others are not supported by this version)`,
  holds: (value) => value === word,
})

/** By parameter of URIs and keyword of libpq; what is not here may be any text. */
export const stringKinds: Readonly<Record<string, OptionKind>> = {
  port: ports,
  hostaddr: addresses,
  connect_timeout: integer,
  sslnegotiation: oneOf('postgres', 'direct'),
  target_session_attrs: sessionAttrs,
  load_balance_hosts: balancing,
  // pg would read them by parseInt, and '5s' as 5 ms.
  statement_timeout: digits,
  lock_timeout: digits,
  idle_in_transaction_session_timeout: digits,
  // One statement's would reject its neighbours in pg's pipeline.
  query_timeout: { wanted: 'left out (use `statementTimeoutMs`)', holds: callable.holds },
}

/** libpq's connect_timeout: seconds; 0 and less wait for ever. */
export function connectTimeoutOf(seconds: string | undefined): number | undefined {
  if (seconds === undefined) return undefined
  return Number(seconds) > 0 ? Math.min(Number(seconds) * 1000, longestDelayMs) : longestDelayMs
}

function matches(pattern: RegExp) {
  return (value: unknown) => typeof value === 'string' && pattern.test(value)
}
