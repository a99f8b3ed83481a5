/** { attached: { inTransaction: 'waiting' } } → 'attached.inTransaction.waiting' */
export function statePath(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.entries(value)
    .map(([outer, inner]) => `${outer}.${statePath(inner)}`)
    .join(' ')
}

/** The other way round. */
export function stateValue(path: string): string | Record<string, never> {
  const [outer = '', ...inner] = path.split('.')
  return inner.length === 0 ? outer : ({ [outer]: stateValue(inner.join('.')) } as Record<string, never>)
}
