// The moment that is shown: now, while the page goes on, else that of the step looked at.
import { computed, signal } from '@preact/signals'
import { feed } from '../model/feed.ts'
import { store } from '../model/store.ts'
import { chosenSeq, momentSeq, pausedAt } from '../model/view.ts'

/** Ticks ten times a second. */
const tick = signal(Date.now())

export function keepTicking(): void {
  setInterval(() => {
    if (!document.hidden) tick.value = performance.timeOrigin + performance.now()
  }, 100)
}

export const isNow = computed(
  () => chosenSeq.value === undefined && pausedAt.value === undefined && feed.value === 'live',
)

export const moment = computed((): number => {
  if (isNow.value) return tick.value
  const { value: _changed } = store.version
  return store.step(momentSeq.value)?.at ?? store.last?.at ?? tick.value
})
