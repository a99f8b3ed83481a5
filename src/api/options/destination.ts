// Where connections go: what the options for it come to beside a string and variables.
import { invalidOption } from '../../errors/invalid-option-error.ts'
import type { TargetSessionAttrs } from '../../topology/session-role.ts'
import type { Target } from '../../topology/target.ts'
import type { HostPlan } from '../settings.ts'
import { balancing, sessionAttrs } from './host-kinds.ts'
import { addresses, type HostText, ports, targetsOf } from './host-lists.ts'
import { checkKind, type OptionKind, port } from './option-kind.ts'
import { refusedString, type Said } from './said.ts'
import type { TakenOptions } from './take-options.ts'

export interface Destination {
  /** The first one, in the order given. */
  readonly address: Target
  /** undefined = one host, of whatever kind, found by pg itself. */
  readonly plan: HostPlan | undefined
  /** The target has to be written into what pg is handed. */
  readonly isDirected: boolean
  /** Hosts, and the addresses of each, in an order of chance. */
  readonly isRandom: boolean
}

/** An option wins over the string, and that over the environment; with each host, address and port by itself, as in libpq. */
export function readDestination(options: TakenOptions, said: Said | undefined, place?: Target): Destination {
  const wanted = (options.targetSessionAttrs ??
    said?.targetSessionAttrs ??
    fromEnvironment('PGTARGETSESSIONATTRS', sessionAttrs) ??
    'any') as TargetSessionAttrs
  const isRandom =
    (options.loadBalanceHosts ??
      said?.loadBalanceHosts ??
      fromEnvironment('PGLOADBALANCEHOSTS', balancing)) === 'random'
  const fixed = place ?? placeIn(said, options)
  const targets = fixed === undefined ? readTargets(options, said) : [fixed]
  const address = targets[0] as Target
  const isDirected =
    fixed === undefined &&
    (targets.length > 1 || isRandom || options.hosts !== undefined || address.hostaddr !== undefined)
  const isPlain = targets.length === 1 && wanted === 'any' && options.maxStalenessMs === undefined
  return {
    address,
    isDirected,
    isRandom,
    plan: isPlain ? undefined : { targets, wanted, isRandom, maxStalenessMs: options.maxStalenessMs },
  }
}

/** Of a string in one of pg's own forms, which names one host or none. */
function placeIn(said: Said | undefined, options: TakenOptions): Target | undefined {
  if (said?.uri === undefined || said.uriTo !== undefined) return undefined
  if (options.hosts !== undefined)
    throw invalidOption('hosts', 'a postgres:// URI or keywords beside it', options.hosts)
  const { host = process.env['PGHOST'] || 'localhost', port: given = process.env['PGPORT'] || 5432 } = said
  return { host, port: Number(given) }
}

function readTargets(options: TakenOptions, said: Said | undefined): Target[] {
  if (options.hosts !== undefined) return givenTargets(options)
  // Beside a URI pg takes neither host nor port from the options.
  const { host, port: beside } = said?.uri === undefined ? options : {}
  const isSaid = Boolean(said?.host || said?.hostaddr)
  const text: HostText = {
    host: said?.host || host || process.env['PGHOST'] || undefined,
    hostaddr:
      said?.hostaddr || (isSaid || !host ? fromEnvironment('PGHOSTADDR', addresses) : undefined) || undefined,
    port: said?.port || textOf(beside) || fromEnvironment('PGPORT', ports) || undefined,
  }
  return targetsOf(
    text,
    isSaid || said?.port ? refusedString : (wanted) => invalidOption('host', wanted, host),
  )
}

function givenTargets(options: TakenOptions): Target[] {
  for (const name of ['host', 'port'] as const) {
    if (options[name] !== undefined) throw invalidOption('hosts', `no \`${name}\` beside it`, options.hosts)
  }
  return (options.hosts ?? []).map(({ host, port: number }, index) => {
    checkKind(`hosts[${index}].port`, number, port)
    return { host, port: number }
  })
}

const textOf = (given: unknown): string | undefined =>
  typeof given === 'number' || typeof given === 'string' ? String(given) : undefined

function fromEnvironment(variable: string, kind: OptionKind): string | undefined {
  const value = process.env[variable]
  if (value === undefined || value === '') return undefined
  checkKind(variable, value, kind)
  return value
}
