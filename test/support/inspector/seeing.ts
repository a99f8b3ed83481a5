// What a test sees of a page.
import type { Page } from 'playwright-core'
import { eventually } from '../eventually.ts'

export const sees = (page: Page, what: string, holds: () => Promise<boolean>) =>
  eventually(holds, { what, timeoutMs: 30_000 }).catch(async (error: unknown) => {
    await page.screenshot({ path: '.tmp/screenshots/failed.png' })
    throw error
  })

export const texts = (page: Page, selector: string) => page.locator(selector).allTextContents()
export const coloursOf = (page: Page, canvas: string) =>
  page.evaluate<number>(`(() => {
    const canvas = document.querySelector('${canvas}')
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    return new Set(new Uint32Array(data.buffer)).size
  })()`)

export const has = (page: Page, selector: string) => async () => (await page.locator(selector).count()) > 0
