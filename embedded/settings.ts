/** PostgreSQL's run-time settings by name, as for `postgres -c name=value`. */
export type Settings = Readonly<Record<string, string | number | boolean>>

const always: Settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  log_line_prefix: '%m [%p] ',
}

// Only what a crash of the *machine* would need. `synchronous_commit` stays on: without it a killed server would
// forget transactions it had confirmed, and the tests could not tell that from a loss of ours.
const fast: Settings = { fsync: false, full_page_writes: false }

const defaults: Settings = { max_connections: 100, shared_buffers: '32MB' }

/** The command line for a server on `port`: the caller's settings win over speed, not over where it listens. */
export function commandLine(
  data: string,
  port: number,
  name: string,
  settings: Settings,
  durable: boolean,
): string[] {
  // `cluster_name` shows in the title of every process, which tells whose they are.
  const all = { ...defaults, ...(durable ? {} : fast), cluster_name: name, ...settings, ...always }
  const arguments_ = Object.entries(all).flatMap(([setting, value]) => ['-c', `${setting}=${value}`])
  return ['-D', data, '-p', String(port), ...arguments_]
}
