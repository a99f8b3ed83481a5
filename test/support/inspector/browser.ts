// Where a real Chromium is, and how it is started: for tests, measurements and pictures.
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

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

/** Undefined where there is none. */
export async function launchChromium(...more: readonly string[]): Promise<Browser | undefined> {
  if (executablePath === undefined) return undefined
  const signals = { handleSIGHUP: false, handleSIGINT: false, handleSIGTERM: false }
  return chromium.launch({ executablePath, args: [...flags, ...more], ...signals })
}

export const howToGetChromium =
  'there is no Chromium: apt-get install chromium (or PG_SUPERVISOR_CHROMIUM=path)'
