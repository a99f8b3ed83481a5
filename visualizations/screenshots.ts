// npm run screenshots: the inspector's page while connections are at work and one of them is being replaced, light and dark,
// into .tmp/screenshots. docs/images has some of them.
import { mkdir } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { startPostgres } from '../embedded/postgres.ts'
import { howToGetChromium, launchChromium, screenshotFolder } from '../test/support/inspector/browser.ts'
import { openProxy } from '../test/support/tcp-proxy.ts'
import { buildPage } from './build-page.ts'
import { ownFaults } from './inspect/chaos.ts'
import { startInspector } from './inspect/start.ts'
import { busyLife } from './play-workload.ts'

const browser = await launchChromium()
if (browser === undefined) throw new Error(howToGetChromium)
await mkdir(screenshotFolder, { recursive: true })
await using server = await startPostgres()
using cable = await openProxy({ host: server.host, port: server.port })
await using inspector = await startInspector({
  page: await buildPage(),
  faults: ownFaults,
  allowChaos: true,
})
await using _life = await busyLife(cable.urlOf(server.url))

const pages = new Map<string, Page>()
for (const colorScheme of ['light', 'dark'] as const) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme })
  const page = await context.newPage()
  await page.goto(inspector.address)
  pages.set(colorScheme, page)
}
const shoot = (name: string) =>
  Promise.all(
    [...pages].map(([theme, page]) => page.screenshot({ path: `${screenshotFolder}/${name}-${theme}.png` })),
  )
const press = (key: string) => Promise.all([...pages.values()].map((page) => page.keyboard.press(key)))
const choose = (card: string) =>
  Promise.all([...pages.values()].map((page) => page.locator('.card', { hasText: card }).first().click()))

// Enough of a past for the timeline.
await sleep(12_000)
await choose('jobs')
await shoot('inspector')
cable.refuse()
cable.cut()
await sleep(2_500)
await shoot('outage')
await choose('web')
await shoot('pool')
cable.pass()
await cable.listen()
await sleep(4_000)
await choose('jobs')
await shoot('recovered')
await press('2')
await shoot('sequence')
await press('1')
await choose('supervisor')
await shoot('supervisor')
await choose('jobs')
await press('x')
await Promise.all([...pages.values()].map((page) => page.locator('.log .row.failure').last().click()))
await sleep(500)
await shoot('failure')
await browser.close()
