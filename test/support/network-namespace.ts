// A cable whose packets can really be lost: a pair of virtual network cards, one of them in a network namespace, where a
// relay listens. Nobody acknowledges anything while it is down, as no proxy can do: its kernel goes on acknowledging.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Target } from './tcp-proxy.ts'

export interface LossyCable extends Target {
  /** From now on every packet is lost, in both directions. */
  lose(): void
  heal(): void
  close(): void
}

/** Why there can't be one here; undefined where there can. */
export function lacksNamespaces(): string | undefined {
  if (process.platform !== 'linux') return 'loses packets by network namespaces, which only Linux has'
  if (process.getuid?.() !== 0) return 'loses packets by network namespaces, which only root may make'
  try {
    execFileSync('unshare', ['--net', 'true'], { stdio: 'ignore' })
    execFileSync('ip', ['-Version'], { stdio: 'ignore' })
    return undefined
  } catch (error) {
    return `loses packets by network namespaces, which this machine refuses: ${String(error)}`
  }
}

// Pathname sockets of Unix reach across network namespaces. It ends with whoever started it, and so does its namespace.
const relay = `
  const { connect, createServer } = require('node:net')
  const listener = createServer((from) => {
    const to = connect(process.argv[1])
    for (const [one, other] of [[from, to], [to, from]]) {
      one.setNoDelay?.(true)
      one.on('error', () => other.destroy()).on('close', () => other.destroy())
      one.pipe(other)
    }
  })
  listener.listen(5432, '0.0.0.0', () => process.stdout.write('listening'))
  process.stdin.on('end', () => process.exit()).resume()`

/** Needs root: ask `lacksNamespaces` first. */
export async function openLossyCable(target: Target): Promise<LossyCable> {
  const folder = mkdtempSync(join(tmpdir(), 'pg-supervisor-cable-'))
  const path = join(folder, 'relay')
  const listener = createServer((from) => {
    const to = connect(target)
    for (const [one, other] of [[from, to] as const, [to, from] as const]) {
      one.on('error', () => other.destroy()).on('close', () => other.destroy())
      one.pipe(other)
    }
  })
  listener.listen(path)
  await once(listener, 'listening')
  const child = spawn('unshare', ['--net', process.execPath, '--eval', relay, path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  const { pid } = child
  const close = (): void => {
    child.stdin.end()
    child.kill('SIGKILL')
    listener.close()
    rmSync(folder, { recursive: true, force: true })
  }
  const ip = (...words: string[]): unknown => execFileSync('ip', words)
  const ipInside = (...words: string[]): unknown =>
    execFileSync('nsenter', ['--target', String(pid), '--net', 'ip', ...words])
  // 198.18.0.0/15 is nobody's: it is set aside for tests of networks (RFC 2544).
  const net = `198.18.${pid! % 251}.${4 * (Math.floor(pid! / 251) % 63)}`
  const [ours, theirs] = [1, 2].map((last) => net.replace(/\d+$/, (first) => String(Number(first) + last)))
  const [card, otherCard] = [`pgs${pid}a`, `pgs${pid}b`]
  try {
    ip('link', 'add', card, 'type', 'veth', 'peer', 'name', otherCard, 'netns', String(pid))
    ip('address', 'add', `${ours}/30`, 'dev', card)
    ip('link', 'set', card, 'up')
    ipInside('address', 'add', `${theirs}/30`, 'dev', otherCard)
    ipInside('link', 'set', otherCard, 'up')
  } catch (error) {
    close()
    throw error
  }
  return {
    host: theirs!,
    port: 5432,
    lose: () => ipInside('link', 'set', otherCard, 'down'),
    heal: () => ipInside('link', 'set', otherCard, 'up'),
    close,
  }
}
