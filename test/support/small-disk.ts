// A disk that is soon full: a file system in memory, mounted for one test.
import { execFileSync } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface SmallDisk extends Disposable {
  readonly path: string
  /** What would not fit before does now. */
  grow(megabytes: number): void
}

/** Why there can't be one here; undefined where there can. */
export function lacksMounts(): string | undefined {
  if (process.platform !== 'linux') return 'mounts a file system in memory, which only Linux has'
  if (process.getuid?.() !== 0) return 'mounts a small disk, which only root may do'
  try {
    smallDisk(1)[Symbol.dispose]()
    return undefined
  } catch (error) {
    return `mounts a small disk, which this machine refuses: ${String(error)}`
  }
}

/** @param like whoever owns this file owns the disk */
export function smallDisk(megabytes: number, like: string = tmpdir()): SmallDisk {
  const path = mkdtempSync(join(tmpdir(), 'pg-supervisor-disk-'))
  const mount = (...options: string[]): unknown =>
    execFileSync('mount', ['-t', 'tmpfs', '-o', options.join(','), 'small', path], { stdio: 'pipe' })
  mount(`size=${megabytes}m`, 'mode=700')
  const { uid, gid } = statSync(like)
  chownSync(path, uid, gid)
  return {
    path,
    grow: (to) => mount('remount', `size=${to}m`),
    [Symbol.dispose]: () => {
      execFileSync('umount', ['--lazy', path])
      rmSync(path, { recursive: true, force: true })
    },
  }
}
