// npm run demo: what a supervised connection does while its backend is killed, its server restarted, its network cut.
import { openInBrowser } from '../src/cli/open-in-browser.ts'
import { buildPage } from '../visualizations/build-page.ts'
import type { Inspector } from '../visualizations/inspect/inspect.ts'
import { startInspector } from '../visualizations/inspect/start.ts'
import { readArguments, usage, type Wishes } from './arguments.ts'
import { playInProcess } from './in-process.ts'
import { play } from './play.ts'
import { Screen } from './screen.ts'
import { borrowedStage, ownStage } from './stage.ts'

const screen = new Screen(process.stdout)
process.exitCode = await demonstrate()

async function demonstrate(): Promise<number> {
  const interruption = new AbortController()
  // Once: who asks a second time does not want to wait, and the janitor clears away.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interruption.abort())
  try {
    const wishes = readArguments(process.argv.slice(2))
    if (wishes.help) {
      screen.line(usage)
      return 0
    }
    introduce(wishes)
    await using inspector = wishes.inspect ? await openPage() : undefined
    if (inspector !== undefined) show(inspector.address)
    if (wishes.driver !== 'pg')
      return (await playInProcess(wishes.driver, screen, interruption.signal)) ? 0 : 1
    await using stage = wishes.url === undefined ? await ownStage() : borrowedStage(wishes.url)
    interruption.signal.throwIfAborted()
    return (await play(stage, screen, interruption.signal)) ? 0 : 1
  } catch (error) {
    if (interruption.signal.aborted) {
      screen.line('\n  interrupted; everything is cleared away')
      return 130
    }
    screen.line(`\n  ${screen.paint('red', 'the demo could not go on:')} ${(error as Error).message}`)
    return 2
  }
}

async function openPage(): Promise<Inspector> {
  return startInspector({ page: await buildPage(), faults: {} })
}

function show(address: string): void {
  screen.line()
  screen.line(`  Watch it: ${screen.paint('cyan', address)}`)
  if (process.stdout.isTTY) openInBrowser(address)
}

function introduce({ url, driver }: Wishes): void {
  screen.line()
  screen.line(`  ${screen.paint('bold', 'pg-supervisor')}: one connection, and all that can happen to it`)
  screen.line()
  if (driver === 'pglite') {
    screen.line('  No server this time: PostgreSQL runs in this process, by PGlite. Shown is the')
    screen.line('  same connection, with everything that needs nobody else.')
  } else if (url === undefined) {
    screen.line('  A PostgreSQL of its own is starting, behind a cable that can be cut. Six')
    screen.line('  callers will write rows, one of them in transactions; somebody elsewhere')
    screen.line('  sends notifications. None of them handles a lost connection.')
  } else {
    screen.line('  On your server it only kills its own session. Left out, because they are not')
    screen.line('  ours to do there: the restart of the server, and the two cuts of the network.')
  }
}
