import type { Page } from 'playwright-core'
import { afterAll, describe, expect, it } from 'vitest'
import type { Connection } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { openRealInspector, useChromium } from '../support/inspector/chromium.ts'
import { worldOfTest } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'
import type { World } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())
const chromium = useChromium()

const sees = (page: Page, what: string, holds: () => Promise<boolean>) =>
  eventually(holds, { what, timeoutMs: 10_000 }).catch(async (error: unknown) => {
    await page.screenshot({ path: '.tmp/screenshots/failed.png' })
    throw error
  })

const texts = (page: Page, selector: string) => page.locator(selector).allTextContents()
const has = (page: Page, selector: string) => async () => (await page.locator(selector).count()) > 0

interface Watched {
  readonly world: World
  readonly orders: Connection
  readonly page: Page
}

/** Two connections, of which `orders` has done a query, a transaction and a recovery. */
async function watched(
  options: Parameters<typeof openRealInspector>[0] = {},
): Promise<Watched & AsyncDisposable> {
  const inspector = await openRealInspector(options)
  const world = await worldOfTest(server)
  const orders = await world.connect({ name: 'orders' })
  await world.connect({ name: 'jobs' })
  await orders.query('select 1')
  await orders.transaction((tx) => tx.query('select 2'))
  await world.kill(orders)
  await world.told(orders, 'connected', 2)
  const page = await chromium.open(inspector.address)
  await sees(page, 'the recovery is in the log', has(page, '.log .row.recovery'))
  return { world, orders, page, [Symbol.asyncDispose]: () => inspector.close() }
}

describe('the cards', { timeout: 60_000 }, () => {
  it('show each connection with its state, how long, its server, and follow it', async () => {
    await using here = await watched()
    const { page, orders } = here
    const card = page.locator('.card', { hasText: 'orders' })
    expect(await texts(page, '.card .name')).toEqual(['orders', 'jobs'])
    expect(await card.locator('.pill').textContent()).toBe('connected')
    expect(await card.locator('.since').textContent()).toMatch(/\d (ms|s|µs)$/)
    expect(await card.locator('.place dd').textContent()).toBe(
      `${server.host}:${server.port} · ${orders.processId}`,
    )
    const asked = orders.query('select pg_sleep(1.5)')
    await sees(page, 'it is querying', has(page, '.card:has-text("orders") .pill.querying'))
    await sees(page, 'one in flight', async () => /in flight1/.test((await card.textContent()) ?? ''))
    await asked
    await orders.end()
    await sees(page, 'it is closed', has(page, '.card:has-text("orders") .pill.closed'))
  })

  it('count down to the next attempt, and count what waits', async () => {
    await using inspector = await openRealInspector()
    const world = await worldOfTest(server, { proxy: true })
    const connection = await world.connect({
      whileDown: { waitMs: 20_000 },
      reconnect: { backoff: () => [0, 3_000, 200, 200] },
    })
    const page = await chromium.open(inspector.address)
    world.proxy.refuse()
    world.proxy.cut()
    await sees(page, 'the countdown', has(page, '.countdown'))
    const waiting = connection.query('select 1')
    await sees(page, 'one queued', has(page, '.numbers .has'))
    await world.proxy.listen()
    await waiting
    await sees(page, 'the countdown is over', async () => !(await has(page, '.countdown')()))
    expect(await page.locator('.card .pill').textContent()).toBe('connected')
  })
})

describe('the chart', { timeout: 60_000 }, () => {
  it('lights up what is active and the arrow just taken, and the camera goes there', async () => {
    await using here = await watched()
    const { page, orders } = here
    const active = () => page.locator('[data-state].active').evaluateAll((all) => all.map((one) => one.id))
    await sees(page, 'connected is active', async () =>
      (await active()).includes('connection.attached.connected'),
    )
    const view = () => page.locator('svg.chart').getAttribute('viewBox')
    const before = await view()
    await orders.end()
    await sees(page, 'closed is active', async () => (await active()).join() === 'connection.closed')
    expect(await page.locator('.edge.taken').getAttribute('data-edge')).toContain(
      'closing.terminating/hungUp/0',
    )
    await sees(page, 'the camera has moved', async () => (await view()) !== before)
    await page.keyboard.press('f')
    await page.getByText('whole chart').click()
    await sees(page, 'all is seen', async () => (await view())?.startsWith('0 0 ') ?? false)
    const box = await page.locator('[data-state="closed"] rect').boundingBox()
    const frame = await page.locator('.chart-frame').boundingBox()
    expect(box!.y + box!.height).toBeLessThanOrEqual(frame!.y + frame!.height)
  })
})

describe('the log', { timeout: 60_000 }, () => {
  it('filters, excludes, and shows failures alone', async () => {
    await using here = await watched()
    const { page } = here
    const types = () => texts(page, '.log .row .type')
    await page.keyboard.press('/')
    await page.keyboard.type('statement')
    await sees(page, 'only statements', async () => new Set(await types()).size === 1)
    await page.fill('#filter', 'statement -begin -commit')
    const rows = () => texts(page, '.log .row .summary')
    await sees(page, 'two statements', async () => (await rows()).length === 2)
    expect((await rows()).every((row) => row.startsWith('SELECT'))).toBe(true)
    await page.fill('#filter', '')
    await page.locator('#filter').blur()
    await page.keyboard.press('x')
    await sees(page, 'only the loss', async () => (await types()).join() === 'session.lost')
  })
})

describe('time travel', { timeout: 60_000 }, () => {
  it('shows everything as it was at a step, with what led there, and comes back', async () => {
    await using here = await watched()
    const { page } = here
    const card = page.locator('.card', { hasText: 'orders' }).locator('.pill')
    await page.keyboard.press('x')
    await page.locator('.log .row', { hasText: 'session.lost' }).click()
    await sees(page, 'dead again', async () => (await card.textContent()) === 'dead')
    const detail = (await page.locator('.detail').textContent()) ?? ''
    expect(detail).toContain('attached → dead')
    expect(detail).toContain('noteLoss')
    expect(detail).toContain('57P01')
    expect(detail).toMatch(/word.*connected.*dead/)
    await page.keyboard.press('x')
    await page.keyboard.press('ArrowRight')
    await sees(page, 'a step on', async () => (await card.textContent()) !== 'dead')
    await page.keyboard.press('Escape')
    await sees(page, 'now again', async () => (await card.textContent()) === 'connected')
  })

  it('stands still while it is paused, and catches up', async () => {
    await using here = await watched()
    const { page, orders } = here
    await page.keyboard.press('Space')
    const count = () => page.locator('.log .count').textContent()
    const before = await count()
    await orders.query('select 1')
    await sees(page, 'something waits', async () =>
      / waiting/.test((await page.locator('.feed').first().textContent()) ?? ''),
    )
    expect(await count()).toBe(before)
    await page.keyboard.press('Space')
    await sees(page, 'it goes on', async () => (await count()) !== before)
  })
})

describe('the sequence', { timeout: 60_000 }, () => {
  it('shows who said what to whom', async () => {
    await using here = await watched()
    const { page } = here
    await page.keyboard.press('2')
    await sees(page, 'arrows', has(page, '.message .arrow'))
    const arrows = await texts(page, '.message .arrow .text')
    expect(arrows).toEqual(expect.arrayContaining([expect.stringMatching(/^SELECT #\d+$/)]))
    expect(arrows.some((text) => /settled #\d+ answered/.test(text))).toBe(true)
    expect(await texts(page, '.message.failure .text')).toEqual([
      expect.stringContaining('session.lost 57P01'),
    ])
  })
})

describe('the timeline', { timeout: 60_000 }, () => {
  it('draws a lane for each connection, says what is under the pointer, and goes there by a click', async () => {
    await using here = await watched()
    const { page } = here
    await page.getByText('everything').click()
    const canvas = page.locator('.timeline canvas')
    const colours = await page.evaluate<number>(`(() => {
      const canvas = document.querySelector('.timeline canvas')
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
      return new Set(new Uint32Array(data.buffer)).size
    })()`)
    expect(colours).toBeGreaterThan(8)
    const box = (await canvas.boundingBox())!
    await page.mouse.move(box.x + box.width * 0.6, box.y + 22 + 14)
    await sees(page, 'the tip', async () =>
      /^[a-zA-Z]+ · .* · orders$/.test((await texts(page, '.bubble'))[0] ?? ''),
    )
    await page.mouse.click(box.x + box.width * 0.6, box.y + 22 + 14)
    await sees(page, 'in the past', has(page, '.feed.travel'))
  })
})

describe('several browsers', { timeout: 60_000 }, () => {
  it('see the same, break what one of them breaks, and notice when the process is gone', async () => {
    const inspector = await openRealInspector({ allowChaos: true })
    const world = await worldOfTest(server)
    const connection = await world.connect({ name: 'orders' })
    const pages = [await chromium.open(inspector.address), await chromium.open(inspector.address)]
    for (const page of pages) await sees(page, 'the card', has(page, '.card .pill.connected'))
    await pages[0]!.getByText('Kill backend').click()
    await world.told(connection, 'connected', 2)
    for (const page of pages) await sees(page, 'the loss', has(page, '.log .row.failure'))
    await inspector.close()
    for (const page of pages) await sees(page, 'it is gone', has(page, '.feed.lost'))
    expect(await texts(pages[0]!, '.log .row .type')).toEqual(await texts(pages[1]!, '.log .row .type'))
  })

  it('have no buttons to break things where that was not allowed', async () => {
    await using here = await watched()
    expect(await here.page.locator('.chaos').count()).toBe(0)
  })
})
