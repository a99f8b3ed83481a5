import type { HostAddress } from './driver.ts'

export function isHostAddress(value: unknown): value is HostAddress {
  const { host, port } = (value ?? {}) as { host?: unknown; port?: unknown }
  return typeof host === 'string' && typeof port === 'number'
}
