// PostgreSQL refuses to run as root, so root lends it an account that owns nothing else.
import { execFileSync } from 'node:child_process'

/** The user a server runs as; `undefined` fields mean "whoever we are". */
export interface Account {
  readonly uid?: number
  readonly gid?: number
}

const unprivileged = ['postgres', 'nobody', 'daemon']

/** This user when it is an ordinary one; for root the first of postgres, nobody, daemon that exists. */
export function serverAccount(): Account {
  if (process.getuid?.() !== 0) return {}
  for (const name of unprivileged) {
    const uid = idOf('-u', name)
    const gid = idOf('-g', name)
    if (uid !== undefined && uid !== 0 && gid !== undefined) return { uid, gid }
  }
  throw new Error(
    `PostgreSQL does not run as root and none of the accounts ${unprivileged.join(', ')} exists`,
  )
}

function idOf(which: '-u' | '-g', name: string): number | undefined {
  try {
    return Number(
      execFileSync('id', [which, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    )
  } catch {
    return undefined
  }
}
