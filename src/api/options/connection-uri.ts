import type { Target } from '../../topology/target.ts'
import { refusedString, type Said } from './said.ts'
import { connectTimeoutOf, stringKinds } from './string-kinds.ts'

/**
 * Judges a URI that pg will read at each session: what pg would throw at then, misread, or pass over though it decides
 * where to connect, is refused now. Parameters that mean nothing to pg are left alone, for URIs carry those of other
 * clients. Lists of hosts are libpq's: pg, which knows none, gets the URI of one of them.
 */
export function readUri(uri: string): Said {
  if (/%00/.test(uri)) throw refusedString('no NUL character in it')
  const parts = partsOf(uri)
  // To pg and Node a list of hosts is no URI.
  const isSocket = /^socket:/i.test(uri)
  const isList = !isSocket && parts.authority.includes(',')
  const parsed = parse(isList ? `${parts.start}list${parts.rest}` : uri)
  const { parameters } = parsed
  const listed = isList ? hostsIn(parts.authority) : parsed
  const host = (isSocket ? undefined : parameters.get('host')) || listed.host
  const port = parameters.get('port') || listed.port
  for (const [name, value] of [...parameters, ['port', port] as const]) checkParameter(name, value)
  return {
    uri,
    ...(isSocket ? {} : { uriTo: (target: Target) => uriTo(parts, target) }),
    host: host || undefined,
    hostaddr: parameters.get('hostaddr') || undefined,
    port: port || undefined,
    connectTimeoutMs: connectTimeoutOf(parameters.get('connect_timeout') || undefined),
    targetSessionAttrs: parameters.get('target_session_attrs') || undefined,
    loadBalanceHosts: parameters.get('load_balance_hosts') || undefined,
  }
}

function checkParameter(name: string, value: string): void {
  const kind = Object.hasOwn(stringKinds, name) ? stringKinds[name] : undefined
  if (value !== '' && kind !== undefined && !kind.holds(value))
    throw refusedString(`\`${name}\` in it to be ${kind.wanted}`)
}

interface Parts {
  /** To the hosts: scheme, user and password. */
  readonly start: string
  readonly authority: string
  /** From the path on. */
  readonly rest: string
}

function partsOf(uri: string): Parts {
  const [, start = '', authority = '', rest = ''] = /^(\w+:\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/s.exec(uri) ?? []
  return { start, authority, rest }
}

/** Lists of both have as many elements, where the string has commas: then a port that is left out is the default one. */
function hostsIn(authority: string): { host: string; port: string } {
  const pairs = authority.split(',').map((each) => {
    const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d*))?$/.exec(each) ?? []
    if (bracketed === undefined && plain === undefined) throw malformed()
    return [decoded(bracketed ?? plain ?? ''), port ?? ''] as const
  })
  return { host: pairs.map(([host]) => host).join(','), port: pairs.map(([, port]) => port).join(',') }
}

function decoded(host: string): string {
  try {
    return decodeURIComponent(host)
  } catch {
    throw malformed()
  }
}

/** pg takes a host among the parameters for the one that counts. */
function uriTo(parts: Parts, { host, port }: Target): string {
  const start = encoded(parts.start)
  // What ends in a % is not its end any more.
  const rest = encoded(parts.rest.replace(/%$/, '%25'))
  const [, path = '', query = ''] = /^([^?#]*)(?:\?([^#]*))?/.exec(rest) ?? []
  const others = query.split('&').filter((each) => each !== '' && !/^(?:host|port|hostaddr)=/.test(each))
  const parameters = [...others, `host=${encodeURIComponent(host)}`, `port=${port}`]
  return `${start}list${path}?${parameters.join('&')}`
}

interface Parsed {
  readonly parameters: ReadonlyMap<string, string>
  readonly host: string
  readonly port: string
}

/** The steps of pg-connection-string 2.x, so that what passes here neither throws there nor goes elsewhere. */
function parse(uri: string): Parsed {
  try {
    const text = encoded(uri)
    // A user without a host, as in postgres://joe@/app, is no URL to Node.
    const hasHost = URL.canParse(text)
    const url = new URL(hasHost ? text : text.replace('@/', '@localhost/'))
    const parameters = new Map(url.searchParams)
    decodeURIComponent(url.username)
    decodeURIComponent(url.password)
    const path = decodeURI(url.pathname)
    if (url.protocol === 'socket:') return { parameters, host: path, port: parameters.get('port') ?? '' }
    const hostname = decodeURIComponent(url.hostname.replace(/^\[(.+)\]$/, '$1'))
    return { parameters, host: hasHost ? hostname : '', port: url.port }
  } catch {
    // Without its cause: Node's has the string.
    throw malformed()
  }
}

/** Where characters stand in it as they are, all are taken to. */
const encoded = (uri: string): string =>
  / |%[^a-f0-9]|%[a-f0-9][^a-f0-9]/i.test(uri) ? encodeURI(uri).replace(/%25(\d\d)/g, '%$1') : uri

const malformed = () => refusedString('a URI that can be parsed (special characters in it stand as %XX)')
