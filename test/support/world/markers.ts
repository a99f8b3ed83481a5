// Rows that tell whether an operation was applied, whatever its promise said.
import type { TestServer } from '../test-server.ts'
import type { Watched } from './promise-watch.ts'

export const markerTable = 'pgs_marker'

/** How often the marker of each operation may be stored, by what its promise said. */
const plausible = {
  resolved: (count: number, mostOften: number) => count >= 1 && count <= mostOften,
  notApplied: (count: number) => count === 0,
  unknown: (count: number, mostOften: number) => count <= mostOften,
  pending: () => true,
} as const

interface Operation {
  readonly marker: string
  readonly watched: Watched
  readonly mostOften: number
}

export class Markers {
  readonly #server: TestServer
  readonly #operations: Operation[] = []

  constructor(server: TestServer) {
    this.#server = server
  }

  async prepare(): Promise<void> {
    await this.#server.sql(`create table if not exists ${markerTable} (marker text not null)`)
  }

  add(marker: string, watched: Watched, mostOften: number): void {
    this.#operations.push({ marker, watched, mostOften })
  }

  /** How often it is stored. */
  async count(marker: string): Promise<number> {
    return (await this.#counts([marker])).get(marker) ?? 0
  }

  async faults(): Promise<string[]> {
    if (this.#operations.length === 0) return []
    const counts = await this.#counts(this.#operations.map(({ marker }) => marker))
    return this.#operations.flatMap(({ marker, watched, mostOften }) => {
      const count = counts.get(marker) ?? 0
      if (plausible[watched.verdict](count, mostOften)) return []
      return [`${watched.label} was told '${watched.verdict}', and is stored ${count} times`]
    })
  }

  async #counts(markers: string[]): Promise<Map<string, number>> {
    const rows = await this.#server.sql<{ marker: string; count: number }>(
      `select marker, count(*)::int as count from ${markerTable} where marker = any($1) group by marker`,
      [markers],
    )
    return new Map(rows.map(({ marker, count }) => [marker, count]))
  }
}
