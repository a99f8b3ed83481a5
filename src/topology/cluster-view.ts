// What is known of the hosts, as a value: whoever meets one reports a sighting, and the order in which hosts are tried
// follows from all sightings.
import { misfit, type SessionRole, type TargetSessionAttrs } from './session-role.ts'
import { keyOf, type Target } from './target.ts'
import { isBehind, type Timeline } from './timeline.ts'

/** What came of one attempt to reach a host, or of a session there. */
export type Sighting =
  | { readonly is: 'down' }
  | {
      readonly is: 'up'
      readonly role: SessionRole
      /** Of a primary that was asked for it. */
      readonly timeline?: Timeline | undefined
      /** A standby that is further behind than was allowed. */
      readonly isStale?: boolean
    }

type Seen = Sighting & { readonly at: number }

export interface ClusterView {
  readonly hosts: ReadonlyMap<string, Seen>
  /** The highest timeline seen, and where. */
  readonly highest: (Timeline & { readonly key: string }) | undefined
}

export const unseen: ClusterView = { hosts: new Map(), highest: undefined }

/** For so long a bad sighting counts; after it the host is tried in its place again. */
export const recheckMs = 10_000

export function withSighting(view: ClusterView, key: string, sighting: Sighting, at: number): ClusterView {
  const hosts = new Map(view.hosts).set(key, { ...sighting, at })
  const timeline = sighting.is === 'up' ? sighting.timeline : undefined
  if (timeline === undefined) return { ...view, hosts }
  const isHighest =
    view.highest === undefined ||
    view.highest.systemIdentifier !== timeline.systemIdentifier ||
    !isBehind(timeline, view.highest)
  return { hosts, highest: isHighest ? { ...timeline, key } : view.highest }
}

/** Another primary of the same cluster was promoted later: whoever writes here writes what will be thrown away. */
export const isOutdated = (view: ClusterView, timeline: Timeline): boolean =>
  view.highest !== undefined && isBehind(timeline, view.highest)

/**
 * The hosts in the order in which they are worth trying: in the given one, but those that were seen to be unfit lately
 * come behind, and those that were down lately come last, the one that has rested longest first.
 */
export function inOrder(
  targets: readonly Target[],
  view: ClusterView,
  wanted: TargetSessionAttrs,
  now: number,
): Target[] {
  const ranked = targets.map((target, place) => {
    const seen = view.hosts.get(keyOf(target))
    const rank = rankOf(view, seen, wanted, now)
    return { target, place, rank, at: rank === 2 ? (seen as Seen).at : 0 }
  })
  ranked.sort((one, other) => one.rank - other.rank || one.at - other.at || one.place - other.place)
  return ranked.map(({ target }) => target)
}

function rankOf(
  view: ClusterView,
  seen: Seen | undefined,
  wanted: TargetSessionAttrs,
  now: number,
): 0 | 1 | 2 {
  if (seen === undefined || now - seen.at >= recheckMs) return 0
  if (seen.is === 'down') return 2
  if (seen.isStale === true || (seen.timeline !== undefined && isOutdated(view, seen.timeline))) return 1
  const first = wanted === 'prefer-standby' ? 'standby' : wanted
  return misfit(seen.role, first) === undefined ? 0 : 1
}
