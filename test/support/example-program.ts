import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { eventually } from './eventually.ts'

/** A program of examples/, as its first lines say it is run. */
export class ExampleProgram {
  readonly #child: ChildProcess
  readonly #closed: Promise<unknown[]>
  stdout = ''
  stderr = ''

  constructor(name: string, env: Record<string, string>, args: readonly string[] = []) {
    this.#child = spawn(process.execPath, ['--import', 'tsx', `examples/${name}.ts`, ...args], {
      env: { ...process.env, NODE_ENV: 'production', ...env },
    })
    this.#closed = once(this.#child, 'close')
    for (const stream of ['stdout', 'stderr'] as const) {
      this.#child[stream]?.on('data', (chunk: Buffer) => (this[stream] += chunk.toString()))
    }
  }

  get lines(): string[] {
    return this.stdout.trim().split('\n')
  }

  /** Waits until it has printed `text`, `times` times. */
  async said(text: string, times = 1): Promise<void> {
    const count = () => this.stdout.split(text).length - 1
    const what = `it says '${text}' ${times} times; it said:\n${this.stdout}${this.stderr}`
    await eventually(() => count() >= times || this.#child.exitCode !== null, { what, timeoutMs: 40_000 })
    if (count() < times) throw new Error(`it ended without saying '${text}':\n${this.stdout}${this.stderr}`)
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** What it ended with, and what it complained of. */
  async ended(): Promise<{ code: unknown; stderr: string }> {
    const [code, signal] = await this.#closed
    return { code: code ?? signal, stderr: this.stderr }
  }
}
