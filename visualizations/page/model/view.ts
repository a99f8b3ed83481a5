// What the reader of the page has chosen to see.
import { computed, signal } from '@preact/signals'
import type { Session } from './session.ts'
import type { Step } from './step.ts'
import { store } from './store.ts'

export type Panel = 'chart' | 'sequence'

export const panel = signal<Panel>('chart')
export const isHelpOpen = signal(false)
/** Undefined follows whichever came first. */
export const chosenSession = signal<string | undefined>(undefined)
/** The step that is looked at; undefined = now. */
export const chosenSeq = signal<number | undefined>(undefined)
/** Where the page was paused; undefined = it goes on. */
export const pausedAt = signal<number | undefined>(undefined)
export const isCameraFollowing = signal(true)
export const filterText = signal('')
export const isFailuresOnly = signal(false)
export const isOneSessionOnly = signal(false)

/** The number behind the last step that is shown. */
export const endSeq = computed(() => {
  const { value: _changed } = store.version
  return pausedAt.value ?? store.nextSeq
})

/** The step at which everything is shown: the one chosen, or the last. */
export const momentSeq = computed(() => chosenSeq.value ?? endSeq.value - 1)

/** The members of a pool behind it, the others as they came. */
export const sessions = computed((): Session[] => {
  const { value: _changed } = store.version
  const all = [...store.sessions.values()]
  const pools = all.filter(({ chart }) => chart?.machine === 'pool')
  if (pools.length === 0) return all
  const poolOf = (one: Session) => pools.find(({ name }) => one.name.startsWith(`${name} `))
  return all.flatMap((one) => {
    if (pools.includes(one)) return [one, ...all.filter((other) => poolOf(other) === one)]
    return poolOf(one) === undefined ? [one] : []
  })
})

export const isMember = (one: Session): boolean =>
  sessions.value.some(({ chart, name }) => chart?.machine === 'pool' && one.name.startsWith(`${name} `))

export const session = computed((): Session | undefined => {
  const all = sessions.value
  return all.find(({ id }) => id === chosenSession.value) ?? all[0]
})

/** The last step of a connection at the moment that is shown. */
export function stepOf(one: Session): Step | undefined {
  const { value: _changed } = store.version
  const seq = one.stepBefore(momentSeq.value)
  return seq === undefined ? undefined : store.step(seq)
}

/** What the details tell of: the chosen step, or the last one of the connection. */
export const shownStep = computed((): Step | undefined => {
  const { value: _changed } = store.version
  if (chosenSeq.value !== undefined) return store.step(chosenSeq.value)
  return session.value === undefined ? undefined : stepOf(session.value)
})

export function choose(seq: number | undefined): void {
  if (seq === undefined) {
    chosenSeq.value = undefined
    return
  }
  const step = store.step(seq)
  if (step === undefined) return
  chosenSeq.value = seq
  chosenSession.value = step.session.id
}

export function togglePause(): void {
  if (pausedAt.value === undefined) pausedAt.value = store.nextSeq
  else goLive()
}

export function goLive(): void {
  pausedAt.value = undefined
  chosenSeq.value = undefined
}

export function nextSession(by: 1 | -1): void {
  const all = sessions.value
  if (session.value === undefined) return
  const index = all.indexOf(session.value)
  chosenSession.value = all[(index + by + all.length) % all.length]?.id
}
