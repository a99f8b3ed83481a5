import { type ClusterView, type Sighting, unseen, withSighting } from '../../topology/cluster-view.ts'

/** Has a session on one of the hosts, and may have to leave it. */
interface Guest {
  reconsider(): void
}

/** What is known of the hosts by all who have met them: one connection, or the members of a pool. */
export class SharedView {
  #view = unseen
  readonly #guests = new Set<Guest>()
  readonly #alarms = new Set<string>()

  get view(): ClusterView {
    return this.#view
  }

  report(key: string, sighting: Sighting, at: number): void {
    this.#view = withSighting(this.#view, key, sighting, at)
    for (const guest of [...this.#guests]) guest.reconsider()
  }

  /** Returns how to leave. */
  join(guest: Guest): () => void {
    this.#guests.add(guest)
    return () => this.#guests.delete(guest)
  }

  /** True for the first who tells. */
  isNews(alarm: string): boolean {
    if (this.#alarms.has(alarm)) return false
    this.#alarms.add(alarm)
    return true
  }
}
