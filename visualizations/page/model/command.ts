/** Asks the server to do something; whether it may is the server's business. */
export async function command(fault: string, sessionId: string): Promise<void> {
  const headers = { Authorization: `Bearer ${token()}`, 'Content-Type': 'application/json' }
  await fetch('/command', { method: 'POST', headers, body: JSON.stringify({ fault, sessionId }) }).catch(
    () => undefined,
  )
}

const key = 'pg-supervisor-token'

/** Out of the fragment, which is then wiped off the address, into what only this tab remembers. */
export function token(): string | undefined {
  const [, said] = /[#&]token=([\w-]+)/.exec(location.hash) ?? []
  try {
    if (said !== undefined) {
      sessionStorage.setItem(key, said)
      history.replaceState(null, '', location.pathname + location.search)
    }
    return said ?? sessionStorage.getItem(key) ?? undefined
  } catch {
    return said
  }
}
