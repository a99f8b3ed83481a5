// A real Chromium for the tests of the inspector's page. Where there is none they can't run, and say so.
import { mkdir } from 'node:fs/promises'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import { buildPage } from '../../../visualizations/build-page.ts'
import { ownFaults } from '../../../visualizations/inspect/chaos.ts'
import { type Parts, startInspector } from '../../../visualizations/inspect/start.ts'
import { howToGetChromium, launchChromium, screenshotFolder } from './browser.ts'

export interface Chromium {
  /** There is none: what has to be made before the first test need not be. */
  readonly isMissing: boolean
  /**
   * A page of its own, with nothing remembered, which is closed with the test, or with the file where it was opened before
   * the first. What goes wrong in it fails the test.
   */
  open(address: string, options?: BrowserContextOptions): Promise<Page>
}

/** For the tests of a file: one browser, started with more flags if need be. */
export function useChromium(...more: string[]): Chromium {
  let browser: Browser | undefined
  let faults: string[] = []
  let ofTest: BrowserContext[] = []
  // Before the world counts what hangs on the process.
  beforeAll(async () => {
    await mkdir(screenshotFolder, { recursive: true })
    browser = await launchChromium(...more)
  }, 60_000)
  beforeEach((context) => {
    if (browser === undefined) context.skip(howToGetChromium)
    faults = []
    ofTest = []
    return async () => {
      await Promise.all(ofTest.map((opened) => opened.close()))
      expect(faults, 'faults in the page').toEqual([])
    }
  })
  afterAll(() => browser?.close())
  return {
    get isMissing() {
      return browser === undefined
    },
    async open(address, options = {}) {
      const context = await browser!.newContext({ viewport: { width: 1440, height: 900 }, ...options })
      ofTest.push(context)
      const page = await context.newPage()
      page.on('pageerror', (error) => void faults.push(`${error.message}\n${error.stack}`))
      await page.goto(address)
      return page
    },
  }
}

export const openRealInspector = async (parts: Partial<Parts> = {}) =>
  startInspector({ page: await buildPage(), faults: ownFaults, ...parts })
