// A global set-up of vitest: a folder for this run in which the first test file to need a server leaves its cluster
// for the others to copy. Made in vitest's own process, so it lasts as long as the run and no longer.
import type { TestProject } from 'vitest/node'
import { serverAccount } from '../../embedded/account.ts'
import { clearAway } from '../../embedded/clear-away.mjs'
import { guardedFolder } from '../../embedded/cluster.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Not there when vitest was started without this set-up. */
    clusterTemplate?: string
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await guardedFolder(serverAccount())
  project.provide('clusterTemplate', folder)
  return () => clearAway(folder)
}
