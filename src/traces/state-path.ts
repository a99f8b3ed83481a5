/** { attached: { inTransaction: 'waiting' } } → 'attached.inTransaction.waiting'; of parallel states each, with a space between. */
export function statePath(value: unknown): string {
  return pathsOf(value).join(' ')
}

function pathsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [String(value)]
  return Object.entries(value).flatMap(([outer, inner]) => pathsOf(inner).map((path) => `${outer}.${path}`))
}

type StateValue = string | { [key: string]: StateValue }

/** The other way round. */
export function stateValue(paths: string): StateValue {
  const [only = '', ...others] = paths.split(' ')
  if (others.length === 0 && !only.includes('.')) return only
  const inner = new Map<string, string[]>()
  for (const path of [only, ...others]) {
    const [outer = '', ...rest] = path.split('.')
    inner.set(outer, [...(inner.get(outer) ?? []), rest.join('.')])
  }
  return Object.fromEntries([...inner].map(([outer, rests]) => [outer, stateValue(rests.join(' '))]))
}
