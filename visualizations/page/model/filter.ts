// Which steps the log shows. Words must occur, words with a minus must not. It is worked out in slices, a hundred thousand
// steps would hold up the page otherwise, and goes on from where it was when new ones come.
import { effect, signal } from '@preact/signals'
import type { Step } from './step.ts'
import { store } from './store.ts'
import { summaryOf } from './summary.ts'
import { endSeq, filterText, isFailuresOnly, isOneSessionOnly, session } from './view.ts'

export type Wants = (step: Step) => boolean

export function wantsOf(text: string): Wants {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const wanted = words.filter((word) => !word.startsWith('-'))
  const unwanted = words
    .filter((word) => word.length > 1 && word.startsWith('-'))
    .map((word) => word.slice(1))
  if (wanted.length === 0 && unwanted.length === 0) return () => true
  return (step) => {
    const said = `${step.type} ${step.session.name} ${step.state} ${summaryOf(step)}`.toLowerCase()
    return wanted.every((word) => said.includes(word)) && !unwanted.some((word) => said.includes(word))
  }
}

/** The numbers of the steps that are shown, in order. */
export const shown = signal<{ readonly seqs: readonly number[] }>({ seqs: [] })

const sliceMs = 8
let seqs: number[] = []
let scanned = 0
let wants: Wants = () => true
let isScanning = false

function scan(): void {
  const end = performance.now() + sliceMs
  scanned = Math.max(scanned, store.firstSeq)
  const last = endSeq.peek()
  const before = seqs.length
  while (scanned < last && performance.now() < end) {
    for (let some = 0; some < 64 && scanned < last; some++, scanned++) {
      const step = store.step(scanned)
      if (step !== undefined && wants(step)) seqs.push(scanned)
    }
  }
  trim()
  if (seqs.length !== before || shown.peek().seqs !== seqs) shown.value = { seqs }
  isScanning = scanned < last
  if (isScanning) requestAnimationFrame(scan)
}

function trim(): void {
  if ((seqs[0] ?? store.firstSeq) >= store.firstSeq) return
  const keep = seqs.findIndex((seq) => seq >= store.firstSeq)
  seqs = keep < 0 ? [] : seqs.slice(keep)
}

/** Keeps `shown` right from now on. */
export function keepFiltering(): void {
  effect(() => {
    const matches = wantsOf(filterText.value)
    const one = isOneSessionOnly.value ? session.value : undefined
    const isStrict = isFailuresOnly.value
    wants = (step) =>
      (!isStrict || (step.mark !== undefined && step.mark !== 'recovery')) &&
      (one === undefined || step.session === one) &&
      matches(step)
    seqs = []
    scanned = 0
    if (!isScanning) scan()
  })
  effect(() => {
    const { value: end } = endSeq
    // It was cleared, or paused in the past.
    if (end < scanned) {
      seqs = []
      scanned = 0
    }
    if (!isScanning) scan()
  })
}
