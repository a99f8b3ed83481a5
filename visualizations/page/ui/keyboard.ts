import { shown } from '../model/filter.ts'
import { store } from '../model/store.ts'
import {
  choose,
  chosenSeq,
  goLive,
  isCameraFollowing,
  isFailuresOnly,
  isHelpOpen,
  isOneSessionOnly,
  nextSession,
  type Panel,
  panel,
  togglePause,
} from '../model/view.ts'
import { turnTheme } from './colours.ts'
import { copyAsTest } from './copy-as-test.tsx'

/** Each key with what it does, for the help as well. */
export const keys: readonly { readonly key: string; readonly does: string; run(): void }[] = [
  { key: ' ', does: 'pause, and go on', run: togglePause },
  { key: 'ArrowLeft', does: 'one step back', run: () => walk(-1) },
  { key: 'ArrowRight', does: 'one step on', run: () => walk(1) },
  { key: 'Home', does: 'the first step', run: () => choose(shown.value.seqs[0]) },
  { key: 'Escape', does: 'back to now', run: leave },
  { key: 'l', does: 'back to now', run: goLive },
  { key: '[', does: 'the connection before', run: () => nextSession(-1) },
  { key: ']', does: 'the next connection', run: () => nextSession(1) },
  { key: '1', does: 'the chart', run: () => show('chart') },
  { key: '2', does: 'the sequence', run: () => show('sequence') },
  {
    key: 'f',
    does: 'the camera follows',
    run: () => turn(isCameraFollowing),
  },
  { key: 'c', does: 'copy as test', run: () => void copyAsTest() },
  { key: '/', does: 'filter', run: () => document.getElementById('filter')?.focus() },
  { key: 'x', does: 'failures only', run: () => turn(isFailuresOnly) },
  {
    key: 'o',
    does: 'this connection only',
    run: () => turn(isOneSessionOnly),
  },
  { key: 't', does: 'dark or light', run: turnTheme },
  { key: '?', does: 'these keys', run: () => turn(isHelpOpen) },
]

export function listenToKeys(): void {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const { target } = event
    if (target instanceof HTMLInputElement) {
      if (event.key === 'Escape') target.blur()
      return
    }
    // A focused button answers the space bar itself.
    if (event.key === ' ' && target instanceof HTMLButtonElement) target.blur()
    const found = keys.find(({ key }) => key === event.key || key === event.key.toLowerCase())
    if (found === undefined) return
    event.preventDefault()
    found.run()
  })
}

function show(view: Panel): void {
  panel.value = view
}

function turn(signal: { value: boolean }): void {
  signal.value = !signal.value
}

function leave(): void {
  if (isHelpOpen.value) isHelpOpen.value = false
  else goLive()
}

/** Along what the log shows. */
function walk(by: 1 | -1): void {
  const { seqs } = shown.value
  if (seqs.length === 0) return
  const from = chosenSeq.value
  if (from === undefined) {
    if (by < 0) choose(seqs.at(-1))
    return
  }
  const index = seqs.findIndex((seq) => seq >= from)
  const next = (index < 0 ? seqs.length : index) + by
  if (next < seqs.length) choose(seqs[Math.max(0, next)] ?? store.firstSeq)
}
