// A real Chromium for the tests of the inspector's page. Where there is none they can't run, and say so.
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import { buildPage } from '../../../visualizations/build-page.ts'
import { ownFaults } from '../../../visualizations/inspect/chaos.ts'
import { type Parts, startInspector } from '../../../visualizations/inspect/start.ts'

const places = [
  process.env['PG_SUPERVISOR_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

const executablePath = places.find((place) => place !== undefined && existsSync(place))

const flags = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
]

export const screenshotFolder = '.tmp/screenshots'

export interface Chromium {
  /** A page of its own, with nothing remembered; what goes wrong in it fails the test. */
  open(address: string, options?: BrowserContextOptions): Promise<Page>
}

/** For the tests of a file: one browser, started with more flags if need be. */
export function useChromium(...more: string[]): Chromium {
  let browser: Browser | undefined
  let faults: string[] = []
  // Before the world counts what hangs on the process.
  beforeAll(async () => {
    if (executablePath === undefined) return
    await mkdir(screenshotFolder, { recursive: true })
    const signals = { handleSIGHUP: false, handleSIGINT: false, handleSIGTERM: false }
    browser = await chromium.launch({ executablePath, args: [...flags, ...more], ...signals })
  }, 60_000)
  beforeEach((context) => {
    if (executablePath === undefined)
      context.skip('there is no Chromium: apt-get install chromium (or PG_SUPERVISOR_CHROMIUM=path)')
    faults = []
    return async () => {
      for (const opened of browser?.contexts() ?? []) await opened.close()
      expect(faults, 'faults in the page').toEqual([])
    }
  })
  afterAll(() => browser?.close())
  return {
    async open(address, options = {}) {
      const context = await browser!.newContext({ viewport: { width: 1440, height: 900 }, ...options })
      const page = await context.newPage()
      page.on('pageerror', (error) => void faults.push(`${error.message}\n${error.stack}`))
      await page.goto(address)
      return page
    },
  }
}

export const openRealInspector = async (parts: Partial<Parts> = {}) =>
  startInspector({ page: await buildPage(), faults: ownFaults, ...parts })
