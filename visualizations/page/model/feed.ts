// Where lines come from, live or from a file, and the patience to read a hundred thousand of them without holding up the
// page: they are taken in slices, and in between it may paint.
import { signal } from '@preact/signals'
import { store } from './store.ts'
import { type TraceLine, traceReader } from './trace-reader.ts'
import { wireReader } from './wire-reader.ts'

export type FeedState = 'connecting' | 'live' | 'lost' | 'refused' | 'file' | 'empty'

export interface Hello {
  readonly showsSql: boolean
  readonly faults: readonly { readonly name: string; readonly label: string }[]
  readonly dropped: number
  readonly isRecorded?: boolean
}

export const feed = signal<FeedState>('empty')
export const hello = signal<Hello | undefined>(undefined)
/** Lines that are none, and lines the server left out because this page read too slowly. */
export const missed = signal(0)

/** Milliseconds of work before the page may paint. */
const sliceMs = 12

const readWire = wireReader(store)
const readTrace = traceReader(store)

let waiting: string[] = []
let isReading = false
const pipe = new MessageChannel()
pipe.port1.addEventListener('message', () => readSlice())
pipe.port1.start()

export function takeLines(lines: readonly string[]): void {
  for (const line of lines) if (line !== '') waiting.push(line)
  if (isReading || waiting.length === 0) return
  isReading = true
  pipe.port2.postMessage(0)
}

/** How many lines are still to be read. */
export const backlog = (): number => waiting.length

let position = 0

function readSlice(): void {
  const end = performance.now() + sliceMs
  store.isBusy = waiting.length - position > 2_000
  while (position < waiting.length && performance.now() < end) {
    for (let some = 0; some < 16 && position < waiting.length; some++) readLine(waiting[position++]!)
  }
  if (position < waiting.length) {
    // A frame in between, where there are frames: a hidden page has none.
    if (document.hidden) pipe.port2.postMessage(0)
    else requestAnimationFrame(() => pipe.port2.postMessage(0))
    return
  }
  waiting = []
  position = 0
  isReading = false
  store.isBusy = false
}

function readLine(line: string): void {
  try {
    const message = JSON.parse(line) as { type?: unknown } | null
    const type = String(message?.type)
    if (type === 'trace' || type === 'step') readTrace(message as TraceLine)
    else if (type.startsWith('service.')) readWire(message as object)
    else if (type === 'inspector.hello') greet(message as Hello)
    else if (type === 'inspector.missed') missed.value += Number((message as { count?: unknown }).count)
    else missed.value++
  } catch {
    missed.value++
  }
}

function greet(said: Hello): void {
  store.clear()
  hello.value = said
  store.dropped = said.dropped
  if (said.isRecorded === true) feed.value = 'file'
}

export async function readFile(file: Blob): Promise<void> {
  stopFollowing?.abort()
  waiting = []
  position = 0
  store.clear()
  missed.value = 0
  feed.value = 'file'
  takeLines((await file.text()).split('\n'))
}

let stopFollowing: AbortController | undefined

/** Follows the server until it refuses; a lost one is asked again and again, for it may be restarted. */
export async function follow(token: string): Promise<void> {
  stopFollowing = new AbortController()
  const { signal: stop } = stopFollowing
  feed.value = 'connecting'
  for (let delay = 250; !stop.aborted; delay = Math.min(delay * 2, 5_000)) {
    try {
      const response = await fetch('/trace', { headers: { Authorization: `Bearer ${token}` }, signal: stop })
      if (response.status === 401 || response.status === 403) {
        feed.value = 'refused'
        return
      }
      if (response.body !== null) {
        feed.value = 'live'
        delay = 250
        await readStream(response.body)
      }
    } catch {
      // As good as an end.
    }
    if (stop.aborted) return
    feed.value = 'lost'
    await new Promise((resolve) => setTimeout(resolve, delay))
  }
}

async function readStream(body: ReadableStream<Uint8Array>): Promise<void> {
  const decoder = new TextDecoder()
  const reader = body.getReader()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    const lines = (rest + decoder.decode(value, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    takeLines(lines)
  }
}
