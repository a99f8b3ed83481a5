/**
 * `server_version` as `server_version_num` has it: '18.4' and '15.18 (Debian …)' are 180004 and 150018; before 10 there were
 * three numbers, '9.6.24' is 90624 (PostgreSQL docs, 34.2, PQserverVersion).
 */
export function serverVersionNumber(version: string | undefined): number | undefined {
  const found = /^(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(version ?? '')
  if (found === null) return undefined
  const [major = 0, minor = 0, patch = 0] = found.slice(1).map((number) => Number(number ?? 0))
  return major >= 10 ? major * 10_000 + minor : major * 10_000 + minor * 100 + patch
}
