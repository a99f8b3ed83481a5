import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Connection } from '../../src/index.ts'
import type { Inspector } from '../../visualizations/inspect/inspect.ts'
import { openRealInspector, useChromium } from '../support/inspector/chromium.ts'
import { coloursOf, has, sees, texts } from '../support/inspector/seeing.ts'
import { testServer } from '../support/test-server.ts'
import { vitestOf } from '../support/vitest-process.ts'
import { openWorld, type World } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())
const chromium = useChromium()

describe('a page that watches two connections', { timeout: 120_000 }, () => {
  let inspector: Inspector
  let world: World
  let orders: Connection
  let page: Page

  /** `orders` has done a query, a transaction and a recovery. */
  beforeAll(async () => {
    if (chromium.isMissing) return
    inspector = await openRealInspector()
    world = await openWorld({ server })
    orders = await world.connect({ name: 'orders' })
    await world.connect({ name: 'jobs' })
    await orders.query('select 1')
    await orders.transaction((tx) => tx.query('select 2'))
    await world.kill(orders)
    await world.told(orders, 'connected', 2)
    page = await chromium.open(inspector.address, { permissions: ['clipboard-read', 'clipboard-write'] })
  }, 60_000)
  afterAll(async () => {
    await world?.[Symbol.asyncDispose]()
    await inspector?.close()
  })
  beforeEach(async () => {
    await page.reload()
    await sees(page, 'both are there', async () => (await page.locator('.card').count()) >= 2)
  })

  it('shows each with its state, how long, its server, and follows it', async () => {
    const card = page.locator('.card', { hasText: 'orders' })
    expect(await texts(page, '.card .name')).toEqual(['orders', 'jobs'])
    expect(await card.locator('.pill').textContent()).toBe('connected')
    expect(await card.locator('.since').textContent()).toMatch(/\d (ms|s|µs)$/)
    expect(await card.locator('.place dd').textContent()).toBe(
      `${server.host}:${server.port} · ${orders.processId}`,
    )
    await sees(page, 'a past', async () => (await coloursOf(page, '.card .strip')) > 2)
    const hold = await world.connect({ name: 'hold' })
    await hold.query('select pg_advisory_lock(4)')
    const asked = orders.query('select pg_advisory_lock(4)')
    await sees(page, 'it is querying', has(page, '.card:has-text("orders") .pill.querying'))
    await sees(page, 'one in flight', async () => /in flight1/.test((await card.textContent()) ?? ''))
    await hold.query('select pg_advisory_unlock(4)')
    await asked
    await sees(page, 'it is idle', has(page, '.card:has-text("orders") .pill.connected'))
    await hold.end()
  })

  it('filters the log, excludes, and shows failures alone, each with its distance from the one before', async () => {
    const types = () => texts(page, '.log .row .type')
    expect(
      (await texts(page, '.log .row .delta')).filter((delta) => /^\+\S/.test(delta)).length,
    ).toBeGreaterThan(3)
    await page.keyboard.press('/')
    await page.keyboard.type('orders statement')
    await sees(page, 'only statements', async () => new Set(await types()).size === 1)
    await page.fill('#filter', 'orders statement -begin -commit -lock')
    const rows = () => texts(page, '.log .row .summary')
    await sees(page, 'the selects', async () => (await rows()).every((row) => row.startsWith('SELECT')))
    await page.fill('#filter', '')
    await page.locator('#filter').blur()
    await page.keyboard.press('x')
    await sees(page, 'only the loss', async () => (await types()).join() === 'session.lost')
  })

  it('travels to a step, shows everything as it was with what led there, and comes back', async () => {
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

  it('tells events that nothing answers', async () => {
    orders.actor.send({ type: 'restored' })
    await sees(page, 'it is counted', has(page, '.card:has-text("orders") .has-unhandled'))
    expect(await texts(page, '.log .row.unhandled .type')).toEqual(['restored'])
  })

  it('shows who said what to whom', async () => {
    await page.keyboard.press('2')
    await sees(page, 'arrows', has(page, '.message .arrow'))
    await page.keyboard.press('x')
    await page.locator('.log .row', { hasText: 'session.lost' }).click()
    await sees(page, 'the loss', has(page, '.message.failure .text'))
    expect(await texts(page, '.message.failure .text')).toEqual([
      expect.stringContaining('session.lost 57P01'),
    ])
    const arrows = await texts(page, '.message .arrow .text')
    expect(arrows).toEqual(expect.arrayContaining([expect.stringMatching(/^(SELECT|COMMIT) #\d+/)]))
    expect(arrows.some((text) => /settled #\d+ answered/.test(text))).toBe(true)
  })

  it('draws a lane for each, says what is under the pointer, and goes there by a click', async () => {
    await page.getByText('everything').click()
    const canvas = page.locator('.timeline canvas')
    expect(await coloursOf(page, '.timeline canvas')).toBeGreaterThan(8)
    const box = (await canvas.boundingBox())!
    await page.mouse.move(box.x + box.width * 0.6, box.y + 22 + 14)
    await sees(page, 'the tip', async () =>
      /^[a-zA-Z]+ · .* · orders$/.test((await texts(page, '.bubble'))[0] ?? ''),
    )
    await page.mouse.click(box.x + box.width * 0.6, box.y + 22 + 14)
    await sees(page, 'in the past', has(page, '.feed.travel'))
  })

  it('turns dark and light, and remembers it', async () => {
    const paper = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
    const before = await paper()
    await page.keyboard.press('t')
    await sees(page, 'the other one', async () => (await paper()) !== before)
    await page.reload()
    await sees(page, 'the other one still', async () => (await paper()) !== before)
    expect(await page.evaluate('localStorage.length')).toBe(1)
    await page.keyboard.press('t')
  })

  it('copies what a connection did as a test that passes', async () => {
    await page.getByText('copy as test').click()
    await sees(page, 'it is copied', has(page, '.toggle:text-matches("copied \\\\d+ steps")'))
    const text = await page.evaluate<string>('navigator.clipboard.readText()')
    expect(text).toContain('goes the way of the trace of orders')
    expect(text).toContain('"session.lost"')
    await mkdir('.tmp', { recursive: true })
    const folder = await mkdtemp(resolve('.tmp', 'copied-'))
    try {
      const test = join(folder, 'copied.test.ts')
      await writeFile(test, text)
      expect(await vitestOf(test)).toMatchObject({
        code: 0,
        output: expect.stringMatching(/1 passed/) as string,
      })
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  it('has no buttons to break things', async () => {
    expect(await page.locator('.chaos').count()).toBe(0)
  })

  it('lights up what is active and the arrow just taken, and the camera goes there', async () => {
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
    await sees(page, 'it is closed', has(page, '.card:has-text("orders") .pill.closed'))
    await sees(page, 'the camera has moved', async () => (await view()) !== before)
    await page.keyboard.press('f')
    await page.getByText('whole chart').click()
    await sees(page, 'all is seen', async () => (await view())?.startsWith('0 0 ') ?? false)
    const box = await page.locator('[data-state="closed"] rect').boundingBox()
    const frame = await page.locator('.chart-frame').boundingBox()
    expect(box!.y + box!.height).toBeLessThanOrEqual(frame!.y + frame!.height)
  })
})
