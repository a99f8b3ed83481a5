// Who may come in. Any page of any site, and any program of any user, can send requests to 127.0.0.1: a request must name
// this very address, come from this very page or from no page at all, and know the token.
import { timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

export interface Refused {
  readonly status: 401 | 403 | 421
  readonly because: string
}

/** `authority` is '127.0.0.1:port'. */
export function refusalOf(headers: IncomingHttpHeaders, authority: string): Refused | undefined {
  const { host, origin } = headers
  const site = headers['sec-fetch-site']
  // A name that somebody has pointed at this machine (DNS rebinding) stands here as that name.
  if (host !== authority) return { status: 421, because: 'this is not the host you named' }
  if (origin !== undefined && origin !== `http://${authority}`)
    return { status: 403, because: 'a foreign origin' }
  // Another port of the same machine is 'same-site'.
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    return { status: 403, because: 'a foreign site' }
  const destination = headers['sec-fetch-dest']
  if (
    destination === 'iframe' ||
    destination === 'frame' ||
    destination === 'object' ||
    destination === 'embed'
  )
    return { status: 403, because: 'framed' }
  return undefined
}

export function refusalWithout(token: string, headers: IncomingHttpHeaders): Refused | undefined {
  const said = Buffer.from(headers.authorization ?? '')
  const wanted = Buffer.from(`Bearer ${token}`)
  const isRight = said.length === wanted.length && timingSafeEqual(said, wanted)
  return isRight ? undefined : { status: 401, because: 'no token, or a wrong one' }
}
