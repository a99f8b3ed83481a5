import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildPage } from '../../visualizations/build-page.ts'
import { eventually } from '../support/eventually.ts'
import { useChromium } from '../support/inspector/chromium.ts'
import { largeTrace } from '../support/inspector/large-trace.ts'
import { watchMainThread } from '../support/inspector/main-thread.ts'

const chromium = useChromium('--enable-precise-memory-info')
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inspector-page-'))
  await writeFile(join(folder, 'page.html'), await buildPage())
  await writeFile(join(folder, 'trace.ndjson'), largeTrace(130_000))
}, 60_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

/** How much is drawn in one go, and how often. */
const countDrawing = (page: Page) =>
  page.evaluate(`(() => {
    globalThis.drawn = { most: 0, times: 0 }
    let now = 0
    for (const name of ['fillRect', 'fill', 'fillText']) {
      const original = CanvasRenderingContext2D.prototype[name]
      CanvasRenderingContext2D.prototype[name] = function (...args) {
        if (now++ === 0) queueMicrotask(() => {
          drawn.times++
          drawn.most = Math.max(drawn.most, now)
          now = 0
        })
        return original.apply(this, args)
      }
    }
  })()`)

/** How much had been read when there was something to see. */
const watchFirstRow = (page: Page) =>
  page.evaluate(`new MutationObserver((_, observer) => {
    if (document.querySelector('.log .row') === null) return
    globalThis.readAtFirst = Number(document.querySelector('.log .count').textContent.replaceAll(',', ''))
    observer.disconnect()
  }).observe(document.body, { subtree: true, childList: true })`)

const countOf = async (page: Page, pattern: RegExp) => {
  const [, said = '0'] = pattern.exec((await page.locator('.bar .count').textContent()) ?? '') ?? []
  return Number(said.replaceAll(',', ''))
}

describe('a page with no server', { timeout: 180_000 }, () => {
  it('opens a trace of more than 100 000 steps at once, stays smooth, and keeps no more than it can', async () => {
    const page = await chromium.open(`file://${join(folder, 'page.html')}`)
    await page.locator('.app').waitFor()
    await countDrawing(page)
    await watchFirstRow(page)
    const stop = await watchMainThread(page)
    await page.setInputFiles('input[type=file]', join(folder, 'trace.ndjson'))
    await page.locator('.log .row').first().waitFor({ timeout: 60_000 })
    const isRead = async () =>
      (await countOf(page, /([\d,]+) dropped/)) + (await countOf(page, /([\d,]+) steps/))
    await eventually(async () => (await isRead()) >= 130_000, { what: 'all is read', timeoutMs: 120_000 })
    await page.keyboard.press('x')
    await page.locator('.log .row.failure').first().waitFor()
    await page.keyboard.press('x')
    await page.locator('.timeline canvas').hover()
    await page.mouse.wheel(0, -400)
    await page.keyboard.press('2')
    await page.locator('.message').first().waitFor()
    await page.keyboard.press('ArrowLeft')
    await page.screenshot({ path: '.tmp/screenshots/large-trace.png' })
    const tasks = await stop()
    // There is something to see when the least part of it has been read.
    expect(await page.evaluate<number>('readAtFirst')).toBeLessThan(60_000)
    expect(await countOf(page, /([\d,]+) steps/)).toBeLessThanOrEqual(110_000)
    expect(await page.evaluate<number>('document.querySelectorAll("*").length')).toBeLessThan(3_000)
    expect(await page.evaluate<number>('performance.memory.usedJSHeapSize')).toBeLessThan(250e6)
    const drawn = await page.evaluate<{ most: number; times: number }>('drawn')
    // Of a hundred thousand spans no more is drawn than there are pixels, and not again for each that comes.
    expect(drawn.most).toBeLessThan(12_000)
    expect(drawn.times).toBeLessThan(2_000)
    // Processor time, whatever else the machine has to do: below 50 on a fast one, and this one may be three times slower.
    expect(tasks.length).toBeGreaterThan(100)
    expect(Math.max(...tasks.map(({ cpuMs }) => cpuMs))).toBeLessThan(150)
  })
})
