// What the main thread of a page was busy with, by Chromium's own tracing.
import type { Page } from 'playwright-core'

export interface Task {
  /** From its beginning to its end, by the clock. */
  readonly wallMs: number
  /** What it has had of a processor: the same however much else a machine has to do. */
  readonly cpuMs: number
}

interface TraceEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  readonly dur?: number
  readonly tdur?: number
  readonly args: { readonly name?: string }
}

/** Returns how to stop, which tells each task of all pages' main threads. */
export async function watchMainThread(page: Page): Promise<() => Promise<Task[]>> {
  const devTools = await page.context().newCDPSession(page)
  const events: TraceEvent[] = []
  devTools.on('Tracing.dataCollected', ({ value }) => void events.push(...(value as unknown as TraceEvent[])))
  await devTools.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel'] },
  })
  return async () => {
    const complete = new Promise((resolve) => devTools.once('Tracing.tracingComplete', resolve))
    await devTools.send('Tracing.end')
    await complete
    const threadOf = ({ pid, tid }: TraceEvent) => `${pid}:${tid}`
    const mains = new Set(events.filter(({ args }) => args?.name === 'CrRendererMain').map(threadOf))
    return events
      .filter((event) => event.name.endsWith('RunTask') && mains.has(threadOf(event)))
      .map(({ dur = 0, tdur = 0 }) => ({ wallMs: dur / 1000, cpuMs: tdur / 1000 }))
  }
}
