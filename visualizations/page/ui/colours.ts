// The colours of the states, for canvases: read from the style sheet, which knows about dark and light.
import { effect, signal } from '@preact/signals'

export type Theme = 'light' | 'dark' | 'system'

export const theme = signal<Theme>('system')
/** Changes when the colours may have. */
export const palette = signal<ReadonlyMap<string, string>>(new Map())

const names = [
  ...[
    'connected',
    'querying',
    'inTransaction',
    'connecting',
    'reconnecting',
    'dead',
    'idle',
    'closing',
    'closed',
  ],
  ...['text', 'muted', 'faint', 'line', 'surface', 'accent', 'failure', 'sunken', 'on-colour'],
]

/** What pools and supervisors are in looks like what connections are in. */
const likenesses: Readonly<Record<string, string>> = {
  open: 'connected',
  alive: 'connected',
  running: 'connected',
  starting: 'connecting',
  down: 'reconnecting',
  recovering: 'reconnecting',
  givenUp: 'dead',
  stopping: 'closing',
  stopped: 'closed',
}

/** The state of a connection that a word has its colour from. */
export const likenessOf = (word: string): string =>
  Object.hasOwn(likenesses, word) ? likenesses[word]! : word

export const colourOf = (name: string): string =>
  palette.value.get(likenessOf(name)) ?? palette.value.get('muted') ?? '#888'

const cacheKey = 'pg-supervisor-theme'

export function keepTheme(): void {
  const said = remembered()
  if (said === 'light' || said === 'dark') theme.value = said
  effect(() => {
    document.documentElement.dataset['theme'] = theme.value
    palette.value = readPalette()
    remember(theme.value)
  })
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    palette.value = readPalette()
  })
}

export function turnTheme(): void {
  const isDark = matchMedia('(prefers-color-scheme: dark)').matches
  const shown = theme.value === 'system' ? (isDark ? 'dark' : 'light') : theme.value
  theme.value = shown === 'dark' ? 'light' : 'dark'
}

/** A probe says what each variable comes to: `light-dark()` stands in them. */
function readPalette(): ReadonlyMap<string, string> {
  const probe = document.createElement('i')
  document.body.append(probe)
  const read = names.map((name) => {
    probe.style.color = `var(--${name})`
    return [name, getComputedStyle(probe).color] as const
  })
  probe.remove()
  return new Map(read)
}

/** A page opened from a file may have no storage. */
function remembered(): string | null {
  try {
    return localStorage.getItem(cacheKey)
  } catch {
    return null
  }
}

function remember(value: Theme): void {
  try {
    localStorage.setItem(cacheKey, value)
  } catch {
    // Then it is chosen anew each time.
  }
}
