import { isSeveralHosts, onlyYet } from './later-options.ts'
import { refusedString, type Said } from './said.ts'
import { connectTimeoutOf, stringKinds } from './string-kinds.ts'

/**
 * Judges a URI that pg will read at each session: what pg would throw at then, misread, or pass over though it decides
 * where to connect, is refused now. Parameters that mean nothing to pg are left alone, for URIs carry those of other
 * clients.
 */
export function readUri(uri: string): Said {
  if (isSeveralHosts(authorityOf(uri))) throw refusedString(onlyYet('one host in it'))
  if (/%00/.test(uri)) throw refusedString('no NUL character in it')
  const { parameters, host, port } = parse(uri)
  for (const [name, value] of [...parameters, ['port', port] as const]) checkParameter(name, value)
  return {
    uri,
    host: host || undefined,
    port: port === '' ? undefined : Number(port),
    connectTimeoutMs: connectTimeoutOf(parameters.get('connect_timeout') || undefined),
  }
}

function checkParameter(name: string, value: string): void {
  if (name === 'host' && isSeveralHosts(value)) throw refusedString(onlyYet('one host in it'))
  const kind = Object.hasOwn(stringKinds, name) ? stringKinds[name] : undefined
  if (value !== '' && kind !== undefined && !kind.holds(value))
    throw refusedString(`\`${name}\` in it to be ${kind.wanted}`)
}

const authorityOf = (uri: string) => /^\w+:\/\/(?:[^/?#]*@)?([^/?#]*)/.exec(uri)?.[1]

interface Parsed {
  readonly parameters: ReadonlyMap<string, string>
  readonly host: string
  readonly port: string
}

/** The steps of pg-connection-string 2.x, so that what passes here neither throws there nor goes elsewhere. */
function parse(uri: string): Parsed {
  try {
    const hasBareCharacters = / |%[^a-f0-9]|%[a-f0-9][^a-f0-9]/i.test(uri)
    const encoded = hasBareCharacters ? encodeURI(uri).replace(/%25(\d\d)/g, '%$1') : uri
    // A user without a host, as in postgres://joe@/app, is no URL to Node.
    const hasHost = URL.canParse(encoded)
    const url = new URL(hasHost ? encoded : encoded.replace('@/', '@localhost/'))
    const parameters = new Map(url.searchParams)
    decodeURIComponent(url.username)
    decodeURIComponent(url.password)
    const path = decodeURI(url.pathname)
    if (url.protocol === 'socket:') return { parameters, host: path, port: parameters.get('port') ?? '' }
    const hostname = decodeURIComponent(url.hostname.replace(/^\[(.+)\]$/, '$1'))
    return {
      parameters,
      host: parameters.get('host') || (hasHost ? hostname : ''),
      port: parameters.get('port') || url.port,
    }
  } catch {
    // Without its cause: Node's has the string.
    throw refusedString('a URI that can be parsed (special characters in it stand as %XX)')
  }
}
