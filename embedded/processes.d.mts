/** Ids of the living server processes (postmaster, backends, initdb, cp) that work in `folder`. */
export function processesIn(folder: string): number[]

/** Sends `signal` to each process; one that has ended meanwhile is passed over. */
export function signalAll(pids: number[], signal: NodeJS.Signals): void
