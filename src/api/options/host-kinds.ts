// The options that say which hosts, in which order, of which kind.
import { targetSessionAttrs } from '../../topology/session-role.ts'
import { isObject, isText, type OptionKind, oneOf } from './option-kind.ts'

export const hosts: OptionKind = {
  wanted: 'an array of hosts, each with host and port',
  holds: (value) => Array.isArray(value) && value.length > 0 && value.every(isEntry),
}

export const sessionAttrs = oneOf(...targetSessionAttrs)
export const balancing = oneOf('disable', 'random')

function isEntry(value: unknown): boolean {
  if (!isObject(value) || !('port' in value)) return false
  const { host } = value as { host?: unknown }
  return isText(host) && host !== ''
}
