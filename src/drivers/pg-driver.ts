// The driver that ships: pg, pipelined, one client per session.
import pg from 'pg'
import type { Driver, Wire, WireConfig, WireFact } from './driver.ts'
import { type PgClient, prepareValue } from './pg-internals.ts'
import { PgWire } from './pg-wire.ts'

export const pgDriver: Driver = {
  name: 'pg',
  capabilities: {
    cancel: true,
    sessions: true,
    notifications: 'everybody',
    outages: true,
    copyIn: true,
    tls: true,
  },

  open(config: WireConfig, report: (fact: WireFact) => void): Wire {
    const make = config.clientFactory ?? ((options) => new pg.Client(options))
    return new PgWire(make(config.client) as unknown as PgClient, config, report)
  },

  prepareValues(values) {
    // Objects only: of everything else pg's bind makes text without a chance to fail. The array is the caller's, who may
    // change it while the statement waits.
    return values.some((value) => typeof value === 'object' && value !== null)
      ? values.map(prepareValue_)
      : values.slice()
  },
}

// Array#map would pass the index as pg's second argument, its list of objects seen.
const prepareValue_ = (value: unknown): unknown => prepareValue(value)
