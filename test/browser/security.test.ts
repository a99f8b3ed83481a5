import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Inspector } from '../../visualizations/inspect/inspect.ts'
import { eventually } from '../support/eventually.ts'
import { openRealInspector, useChromium } from '../support/inspector/chromium.ts'

// Names that somebody else owns and has pointed at this machine.
const chromium = useChromium('--host-resolver-rules=MAP evil.example 127.0.0.1')

/** A page of somebody else's, on another port. */
let stranger: Server
let strangersPort = 0
let strangersPage = ''
beforeAll(async () => {
  stranger = createServer((_, response) => {
    response.setHeader('Content-Type', 'text/html')
    response.end(strangersPage)
  })
  stranger.listen(0, '127.0.0.1')
  await once(stranger, 'listening')
  strangersPort = (stranger.address() as AddressInfo).port
})
afterAll(() => {
  stranger.close()
  stranger.closeAllConnections()
})

/** What a page there can do with everything that it could know, the token included. */
const attempts = (origin: string, token: string) => `(async () => {
  const tell = (promise) => promise.then(async (answer) => answer.type + ' ' + answer.status + ' ' + (await answer.text()).length, () => 'failed')
  const headers = { Authorization: 'Bearer ${token}' }
  const order = { method: 'POST', headers: { ...headers, 'Content-Type': 'application/json' }, body: '{"fault":"killBackend","sessionId":"connection:1"}' }
  return Promise.all([
    tell(fetch('${origin}/', {})),
    tell(fetch('${origin}/', { mode: 'no-cors' })),
    tell(fetch('${origin}/trace', { headers })),
    tell(fetch('${origin}/command', order)),
    tell(fetch('${origin}/command', { method: 'POST', mode: 'no-cors', body: order.body })),
  ])
})()`

const nothing = Array(5).fill('failed')

/** Of all tests that leave it as it was. */
let inspector: Inspector
beforeAll(async () => {
  inspector = await openRealInspector({ allowChaos: true })
})
afterAll(() => inspector.close())

describe('the page of the inspector', { timeout: 120_000 }, () => {
  it.each(['127.0.0.1', 'localhost', 'evil.example'])(
    'tells nothing to a page on %s and another port',
    async (host) => {
      const { origin, hash } = new URL(inspector.address)
      strangersPage = '<!doctype html>'
      const page = await chromium.open(`http://${host}:${strangersPort}/`)
      expect(await page.evaluate<string[]>(attempts(origin, hash.slice(7)))).toEqual(nothing)
    },
  )

  it.each(['localhost', 'evil.example'])('is not served under the name %s', async (name) => {
    const { port } = new URL(inspector.address)
    const page = await chromium.open('about:blank')
    const answer = await page.goto(`http://${name}:${port}/`)
    expect(answer?.status()).toBe(421)
  })

  it('is not shown in a frame', async () => {
    strangersPage = `<!doctype html><iframe src="${inspector.address}"></iframe>`
    const page = await chromium.open(`http://127.0.0.1:${strangersPort}/`)
    await eventually(() => page.frames().length === 2, { what: 'the frame is tried', timeoutMs: 30_000 })
    const [, frame] = page.frames()
    await frame!.waitForLoadState()
    expect(await frame!.locator('.app').count()).toBe(0)
  })

  it('shows nothing without the token, or with a wrong one', async () => {
    const { origin } = new URL(inspector.address)
    for (const address of [origin, `${origin}/#token=wrong`]) {
      const page = await chromium.open(address)
      await eventually(async () => (await page.locator('.feed.refused').count()) === 1, {
        what: 'it is refused',
        timeoutMs: 30_000,
      })
      expect(await page.locator('.card').count()).toBe(0)
    }
  })

  it('wipes the token off the address, and still knows it when it is loaded again', async () => {
    const page = await chromium.open(inspector.address)
    const isLive = () =>
      eventually(async () => (await page.locator('.feed.live').count()) === 1, {
        what: 'it is live',
        timeoutMs: 30_000,
      })
    await isLive()
    expect(page.url()).toBe(`${new URL(inspector.address).origin}/`)
    await page.reload()
    await isLive()
  })

  it('asks nobody but its own server, may run nothing but its own script, and breaks no rule of its policy', async () => {
    const { origin } = new URL(inspector.address)
    const page = await chromium.open('about:blank')
    const asked: string[] = []
    const said: string[] = []
    page.on('request', (request) => void asked.push(request.url().split('#')[0]!))
    page.on('console', (message) => void said.push(message.text()))
    await page.goto(inspector.address)
    await eventually(async () => (await page.locator('.feed.live').count()) === 1, {
      what: 'it is live',
      timeoutMs: 30_000,
    })
    await page.keyboard.press('2')
    await page.keyboard.press('t')
    await page.keyboard.press('?')
    expect(asked.filter((url) => !url.startsWith('data:'))).toEqual([`${origin}/`, `${origin}/trace`])
    expect(said).toEqual([])
    const ran = await page.evaluate<boolean>(`(() => {
      const script = document.createElement('script')
      script.textContent = 'globalThis.hasRun = true'
      document.body.append(script)
      return globalThis.hasRun === true
    })()`)
    expect(ran).toBe(false)
    await expect(page.evaluate(`fetch('http://127.0.0.1:${strangersPort}/')`)).rejects.toThrow(
      'Failed to fetch',
    )
  })

  it('goes on when its server talks nonsense', async () => {
    const page = await chromium.open('about:blank')
    await using nonsense = await openRealInspector({
      trace: [
        '{',
        'null',
        '[]',
        '{"type":"service.state"}',
        '{"type":"step"}',
        'x'.repeat(100_000),
        '{"type":7}',
      ].join('\n'),
    })
    await page.goto(nonsense.address)
    await eventually(async () => /missed/.test((await page.locator('.bar .count').textContent()) ?? ''), {
      what: 'they are counted',
      timeoutMs: 30_000,
    })
    expect(await page.locator('.feed.file').count()).toBe(1)
  })
})
