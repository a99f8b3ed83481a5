import { afterAll, describe, expect, it } from 'vitest'
import { Supervisor } from '../../src/index.ts'
import { openRealInspector, useChromium } from '../support/inspector/chromium.ts'
import { has, sees, texts } from '../support/inspector/seeing.ts'
import { worldOfTest } from '../support/open-connection.ts'
import { poolWorld } from '../support/pool-world.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())
const chromium = useChromium()

describe('an outage', { timeout: 120_000 }, () => {
  it('is counted down to the next attempt, with what waits and what is refused', async () => {
    await using inspector = await openRealInspector()
    const world = await worldOfTest(server, { proxy: true })
    const backoff = () => [0, 3_000, 200, 200]
    const connection = await world.connect({
      name: 'waits',
      whileDown: { waitMs: 20_000 },
      reconnect: { backoff },
    })
    const strict = await world.connect({ name: 'refuses', reconnect: { backoff } })
    const page = await chromium.open(inspector.address)
    world.proxy.refuse()
    world.proxy.cut()
    await sees(page, 'the countdown', has(page, '.card:has-text("waits") .countdown'))
    const waiting = connection.query('select 1')
    await sees(page, 'one queued, and for how long', has(page, '.card:has-text("waits") .numbers .has small'))
    await strict.query('select 1').catch(() => undefined)
    await sees(page, 'one refused', has(page, '.card:has-text("refuses") .has-refused'))
    await world.proxy.listen()
    await waiting
    await sees(page, 'all is well', async () =>
      (await texts(page, '.card .pill')).every((pill) => pill === 'connected'),
    )
    expect(await page.locator('.countdown').count()).toBe(0)
  })
})

describe('a pool and a supervisor', { timeout: 120_000 }, () => {
  it('are cards with their own charts, the members of the pool behind it', async () => {
    await using inspector = await openRealInspector()
    const world = await poolWorld(server)
    const pool = world.pool({ name: 'web', min: 2, max: 2 })
    const cache = new Supervisor(
      { connect: () => Promise.resolve(), close: () => undefined },
      { isDead: () => true, backoff: () => [0] },
    )
    await pool.start()
    const page = await chromium.open(inspector.address)
    await sees(page, 'four cards', async () => (await page.locator('.card').count()) === 4)
    const names = await texts(page, '.card .name')
    expect(names.slice(0, 3)).toEqual(['web', 'web 1', 'web 2'])
    expect(names[3]).toMatch(/^supervisor \d+$/)
    expect(await page.locator('.card.member').count()).toBe(2)
    const card = page.locator('.card.pool')
    await sees(page, 'both are up', async () => /members2 of 2up2/.test((await card.textContent()) ?? ''))
    expect(await card.locator('.pill').textContent()).toBe('open')
    await card.click()
    const active = () =>
      page
        .locator('[data-state].active')
        .evaluateAll((all) => all.map((one) => one.getAttribute('data-state')))
    await sees(page, 'both regions', async () => {
      const states = await active()
      return states.includes('running.service.open') && states.includes('running.staff.complete')
    })
    const [member] = pool.connections
    await world.kill(member!)
    await sees(page, 'its loss', has(page, '.log .row.failure:has-text("member.down")'))
    await sees(page, 'up again', async () => /members2 of 2up2/.test((await card.textContent()) ?? ''))
    cache.report(new Error('gone'))
    await page.locator('.card.supervisor').click()
    await sees(page, 'its recovery', has(page, '.log .row.recovery:has-text("restored")'))
    await sees(page, 'alive again', async () => (await active()).join() === 'alive')
    await cache.stop()
  })
})

describe('several browsers', { timeout: 120_000 }, () => {
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
})
