import { signal } from '@preact/signals'
import type { JSX } from 'preact'
import { testOf } from '../model/as-test.ts'
import { momentSeq, session } from '../model/view.ts'

/** What the button says after it was pressed, for a while. */
const said = signal<string | undefined>(undefined)
let forget: ReturnType<typeof setTimeout> | undefined

export function CopyAsTest(): JSX.Element | null {
  if (session.value?.chart === undefined) return null
  return (
    <button
      type="button"
      class="toggle"
      title="Copies what it did, up to the step shown, as a vitest file (C)"
      onClick={() => void copyAsTest()}
    >
      {said.value ?? 'copy as test'}
    </button>
  )
}

export async function copyAsTest(): Promise<void> {
  if (session.value === undefined) return
  const { text, count } = testOf(session.value, momentSeq.value)
  try {
    await navigator.clipboard.writeText(text)
    said.value = `copied ${count} steps`
  } catch {
    said.value = 'the browser forbids it'
  }
  clearTimeout(forget)
  forget = setTimeout(() => {
    said.value = undefined
  }, 3_000)
}
