/**
 * The seeds of this run: one that was asked for by `PG_SUPERVISOR_CHAOS_SEED`, or as many new ones as
 * `PG_SUPERVISOR_CHAOS_SEEDS` says; with both, that many from the one on.
 */
export function seedsToWalk(env: Readonly<Record<string, string | undefined>> = process.env): number[] {
  const first = env['PG_SUPERVISOR_CHAOS_SEED']
  const count = Number(env['PG_SUPERVISOR_CHAOS_SEEDS'] ?? 1)
  const start = first === undefined ? Math.floor(Math.random() * 1e9) : Number(first)
  return Array.from({ length: count }, (_, index) => start + index)
}
