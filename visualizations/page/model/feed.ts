// Where lines come from, live or from a file, and the patience to read a hundred thousand of them without holding up the
// page: they are read in slices, in between it may paint, and no more of them are fetched than it can read.
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
/** With so many lines waiting no more are fetched: what is not read yet stays where it is, in a file or in a socket. */
const enough = 4_000

const readWire = wireReader(store)
const readTrace = traceReader(store)

let waiting: string[] = []
let isReading = false
const hungry: (() => void)[] = []
const pipe = new MessageChannel()
pipe.port1.addEventListener('message', () => readSlice())
pipe.port1.start()

function takeLines(lines: readonly string[]): void {
  for (const line of lines) if (line !== '') waiting.push(line)
  if (isReading || waiting.length === 0) return
  isReading = true
  pipe.port2.postMessage(0)
}

/** Resolves when more lines may be fetched. */
const digested = (): Promise<void> =>
  waiting.length - position < enough ? Promise.resolve() : new Promise((resolve) => hungry.push(resolve))

let position = 0

function readSlice(): void {
  const end = performance.now() + sliceMs
  store.isBusy = waiting.length - position > enough / 2
  while (position < waiting.length && performance.now() < end) {
    for (let some = 0; some < 16 && position < waiting.length; some++) readLine(waiting[position++]!)
  }
  if (waiting.length - position < enough) for (const feedIt of hungry.splice(0)) feedIt()
  if (position < waiting.length) {
    if (position > enough) {
      waiting = waiting.slice(position)
      position = 0
    }
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

/** What is being read, until something else is. */
let reading = new AbortController()

function beginReading(): AbortSignal {
  reading.abort()
  reading = new AbortController()
  waiting = []
  position = 0
  for (const feedIt of hungry.splice(0)) feedIt()
  return reading.signal
}

export async function readFile(file: Blob): Promise<void> {
  const stop = beginReading()
  store.clear()
  missed.value = 0
  hello.value = undefined
  feed.value = 'file'
  const last = await readStream(file.stream(), stop)
  if (!stop.aborted) takeLines([last])
}

/** Follows the server until it refuses; a lost one is asked again and again, for it may be restarted. */
export async function follow(token: string): Promise<void> {
  const stop = beginReading()
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
        await readStream(response.body, stop)
      }
    } catch {
      // As good as an end.
    }
    if (stop.aborted) return
    feed.value = 'lost'
    await new Promise((resolve) => setTimeout(resolve, delay))
  }
}

/** Returns what came behind the last line end. */
async function readStream(body: ReadableStream<Uint8Array>, stop: AbortSignal): Promise<string> {
  const decoder = new TextDecoder()
  const reader = body.getReader()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done || stop.aborted) return rest
    const lines = (rest + decoder.decode(value, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    takeLines(lines)
    await digested()
  }
}
