import { checkNumber } from '../errors/check-option.ts'
import { type Clock, systemClock } from './clock.ts'
import { HostBucket, type StormPermit } from './host-bucket.ts'

/** However many connections and pools there are: all attempts to reach one host ask here first. */
export interface StormLimit {
  /** A permit if an attempt may be made now and nobody waits for one; never waits. */
  tryAcquire(ratePerSecond?: number): StormPermit | undefined
  /**
   * Waits in line for a permit. Rejects with the signal's reason.
   *
   * @param ratePerSecond lowers the limit for this attempt: it is made at least 1 / rate seconds after the
   * last one at such a rate, or by anybody within the last seconds. 2 and above change nothing.
   */
  acquire(signal?: AbortSignal, ratePerSecond?: number): Promise<StormPermit>
}

/** The host's limit itself. */
const stormRate = 2

// By clock, for a moment of one clock means nothing to another: tests with a clock of their own don't
// share buckets with the process.
const bucketsByClock = new WeakMap<Clock, Map<string, HostBucket>>()

/** What is returned keeps nothing itself: hold it as long as you like. */
export function stormLimitFor(hostKey: string, clock: Clock = systemClock): StormLimit {
  return {
    tryAcquire: (ratePerSecond = stormRate) => {
      checkRate(ratePerSecond)
      return bucketOf(hostKey, clock).tryAcquire(ratePerSecond)
    },
    acquire: async (signal, ratePerSecond = stormRate) => {
      checkRate(ratePerSecond)
      return bucketOf(hostKey, clock).acquire(signal, ratePerSecond)
    },
  }
}

/** How many hosts are remembered: those asked for in the last seconds. */
export function rememberedHosts(clock: Clock = systemClock): number {
  return bucketsByClock.get(clock)?.size ?? 0
}

function bucketOf(hostKey: string, clock: Clock): HostBucket {
  const buckets = bucketsByClock.get(clock) ?? new Map<string, HostBucket>()
  bucketsByClock.set(clock, buckets)
  // An idle bucket is like a new one. Hosts come and go (failover, DNS), the process stays.
  for (const [key, bucket] of buckets) if (bucket.isIdle) buckets.delete(key)
  const bucket = buckets.get(hostKey) ?? new HostBucket(clock)
  buckets.set(hostKey, bucket)
  return bucket
}

function checkRate(ratePerSecond: number): void {
  checkNumber('reconnectRate', ratePerSecond, 'attempts per second, more than 0', (rate) => rate > 0)
}
