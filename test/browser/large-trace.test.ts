import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildPage } from '../../visualizations/build-page.ts'
import { eventually } from '../support/eventually.ts'
import { useChromium } from '../support/inspector/chromium.ts'

const chromium = useChromium('--enable-precise-memory-info')
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inspector-page-'))
  await writeFile(join(folder, 'page.html'), await buildPage())
  await writeFile(join(folder, 'trace.ndjson'), traceOf(130_000))
}, 60_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Five connections that query, and lose their sessions now and then. */
function traceOf(steps: number): string {
  const begun = 1_800_000_000_000
  const lines: object[] = []
  const actors = Array.from({ length: 5 }, (_, index) => `x:${index}`)
  for (const actor of actors)
    lines.push({
      ...{ type: 'trace', version: 1, machine: 'connection', actor, name: `jobs ${actor}`, at: begun },
      ...{ state: 'attached.connected', context: { word: 'connected', attempts: 0 }, dropped: 0 },
    })
  const cycle = [
    { event: 'statement', took: ['attached.connected/statement/0'], state: 'attached.querying' },
    { event: 'became', took: ['attached/became/0'], state: 'attached.connected' },
  ]
  const loss = [
    {
      ...{ event: 'session.lost', took: ['attached/session.lost/0'], state: 'dead.burying' },
      data: { failure: { kind: 'server', phase: 'idle', code: '57P01' } },
    },
    { event: 'hungUp', took: ['dead.burying/hungUp/0'], state: 'reconnecting.dialing' },
    { event: 'dial.opened', took: ['reconnecting.dialing/dial.opened/0'], state: 'reconnecting.restoring' },
    { event: 'restored', took: ['reconnecting.restoring/restored/0'], state: 'attached.connected' },
  ]
  for (let step = 0; lines.length < steps; step++) {
    const actor = actors[step % actors.length]
    for (const [index, one] of (step % 500 === 499 ? loss : cycle).entries())
      lines.push({ type: 'step', actor, at: begun + step * 3 + index / 2, ...one })
  }
  return lines.map((line) => JSON.stringify(line)).join('\n')
}

/** As the browser counts: what held the page up for more than 50 ms, and how long. */
const watchLongTasks = (page: Page) =>
  page.evaluate(`globalThis.longTasks = []; new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longTasks.push(Math.round(duration))
  }).observe({ entryTypes: ['longtask'] })`)

const stepsKept = async (page: Page) =>
  Number(
    ((await page.locator('.bar .count').textContent()) ?? '').replace(/ steps.*$/, '').replaceAll(',', ''),
  )

describe('a page with no server', { timeout: 120_000 }, () => {
  it('opens a trace of more than 100 000 steps at once, stays smooth, and keeps no more than it can', async () => {
    const page = await chromium.open(`file://${join(folder, 'page.html')}`)
    await watchLongTasks(page)
    const begun = performance.now()
    await page.setInputFiles('input[type=file]', join(folder, 'trace.ndjson'))
    await page.locator('.log .row').first().waitFor()
    const firstPaintMs = performance.now() - begun
    const what = 'all is read'
    await eventually(async () => /dropped/.test((await page.locator('.bar .count').textContent()) ?? ''), {
      what,
      timeoutMs: 60_000,
    })
    await eventually(async () => (await stepsKept(page)) >= 100_000, { what, timeoutMs: 30_000 })
    await page.keyboard.press('x')
    await page.locator('.log .row.failure').first().waitFor()
    await page.keyboard.press('x')
    await page.locator('.timeline canvas').hover()
    await page.mouse.wheel(0, -400)
    await page.keyboard.press('2')
    await page.locator('.message').first().waitFor()
    await page.keyboard.press('ArrowLeft')
    await page.screenshot({ path: '.tmp/screenshots/large-trace.png' })
    const longTasks = await page.evaluate<number[]>('longTasks')
    const heap = await page.evaluate<number>('performance.memory.usedJSHeapSize')
    const elements = await page.evaluate<number>('document.querySelectorAll("*").length')
    console.log(
      JSON.stringify({
        firstPaintMs: Math.round(firstPaintMs),
        longTasks,
        heapMB: Math.round(heap / 1e6),
        elements,
      }),
    )
    expect(await stepsKept(page)).toBeLessThanOrEqual(110_000)
    expect(elements).toBeLessThan(3_000)
    expect(heap).toBeLessThan(400e6)
    // At most 50 on an idle machine; this leaves room for machines that have other things to do; what grows with the trace is beyond it.
    expect(Math.max(0, ...longTasks)).toBeLessThan(2_000)
    expect(firstPaintMs).toBeLessThan(10_000)
  })
})
