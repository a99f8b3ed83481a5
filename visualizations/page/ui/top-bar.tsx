import type { JSX } from 'preact'
import { command } from '../model/command.ts'
import { type FeedState, feed, hello, missed, readFile } from '../model/feed.ts'
import { store } from '../model/store.ts'
import { chosenSeq, isHelpOpen, pausedAt, session, togglePause } from '../model/view.ts'
import { turnTheme } from './colours.ts'

const feedWords: Record<FeedState, string> = {
  connecting: 'connecting',
  live: 'live',
  lost: 'the process is gone, asking again',
  refused: 'refused: open the address with its token',
  file: 'recorded',
  empty: 'no source',
}

export function TopBar(): JSX.Element {
  const { value: _changed } = store.version
  const isPaused = pausedAt.value !== undefined
  const held = isPaused ? store.nextSeq - (pausedAt.value ?? 0) : 0
  const faults = hello.value?.faults ?? []
  return (
    <header class="bar">
      <h1>
        <Mark /> pg-supervisor
      </h1>
      <span class={`feed ${isPaused ? 'paused' : feed.value}`} role="status">
        {isPaused
          ? `paused${held > 0 ? `, ${held.toLocaleString('en')} waiting` : ''}`
          : feedWords[feed.value]}
      </span>
      {chosenSeq.value === undefined ? null : <span class="feed travel">in the past</span>}
      {hello.value?.showsSql ? (
        <span class="feed sql" title="Started with --show-sql: statements are shown in full">
          SQL shown
        </span>
      ) : null}
      <span class="spring" />
      {faults.length === 0 || feed.value !== 'live' ? null : (
        <fieldset class="chaos">
          <legend>break {session.value?.name ?? ''}</legend>
          {faults.map(({ name, label }) => (
            <button
              type="button"
              key={name}
              data-fault={name}
              disabled={session.value?.chart?.machine !== 'connection' || session.value.isStopped}
              onClick={() => void command(name, session.value?.id ?? '')}
            >
              {label}
            </button>
          ))}
        </fieldset>
      )}
      <span class="count" title="Steps kept, and dropped">
        {store.length.toLocaleString('en')} steps
        {store.dropped > 0 ? `, ${store.dropped.toLocaleString('en')} dropped` : ''}
        {missed.value > 0 ? `, ${missed.value.toLocaleString('en')} missed` : ''}
      </span>
      <button
        type="button"
        class="tool"
        title="Pause, and go on (space)"
        onClick={togglePause}
        aria-pressed={isPaused}
      >
        {isPaused ? '▶ go on' : '❙❙ pause'}
      </button>
      <label class="tool" title="Open a recorded trace">
        open…
        <input
          type="file"
          accept=".ndjson,.json,.txt"
          onChange={({ currentTarget }) => {
            const [file] = currentTarget.files ?? []
            if (file !== undefined) void readFile(file)
            currentTarget.value = ''
          }}
        />
      </label>
      <button
        type="button"
        class="tool"
        title="Dark or light (T)"
        aria-label="Dark or light"
        onClick={turnTheme}
      >
        ◐
      </button>
      <button
        type="button"
        class="tool"
        title="Keys (?)"
        aria-label="Keys"
        onClick={() => {
          isHelpOpen.value = !isHelpOpen.value
        }}
      >
        ?
      </button>
    </header>
  )
}

/** Two states and the way between them. */
function Mark(): JSX.Element {
  return (
    <svg viewBox="0 0 24 16" width="24" height="16" aria-hidden="true">
      <circle cx="5" cy="8" r="4" class="mark-a" />
      <path d="M9 8h7m-2.5-2.5L16 8l-2.5 2.5" class="mark-line" />
      <circle cx="20" cy="8" r="3" class="mark-b" />
    </svg>
  )
}
