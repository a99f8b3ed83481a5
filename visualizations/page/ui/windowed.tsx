// A list of any length of which only the rows in sight exist. It stays at its end while it is at its end.
import { useSignal } from '@preact/signals'
import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'

interface WindowedProps {
  readonly count: number
  readonly rowHeight: number
  /** The row that must be in sight; undefined = the end. */
  readonly focus: number | undefined
  readonly label: string
  readonly row: (index: number) => ComponentChildren
  readonly empty: string
}

const margin = 6

export function Windowed({ count, rowHeight, focus, label, row, empty }: WindowedProps): JSX.Element {
  const frame = useRef<HTMLDivElement>(null)
  const top = useSignal(0)
  const height = useSignal(600)
  const isAtEnd = useRef(true)

  useEffect(() => {
    const element = frame.current
    if (element === null) return undefined
    const sizes = new ResizeObserver(() => {
      height.value = element.clientHeight
    })
    sizes.observe(element)
    return () => sizes.disconnect()
  }, [height])

  // The end moves on while the page scrolls after it: where the rows stand is worked out, not waited for.
  const isFollowing = isAtEnd.current && focus === undefined
  const end = Math.max(0, count * rowHeight - height.value)
  const shownTop = isFollowing ? end : Math.min(top.value, end)
  const setTop = useRef(0)

  useLayoutEffect(() => {
    const element = frame.current
    if (element === null) return
    if (focus !== undefined) bringIntoSight(element, focus, rowHeight)
    else if (isFollowing) element.scrollTop = end
    setTop.current = element.scrollTop
  }, [end, focus, isFollowing, rowHeight])

  const first = Math.max(0, Math.floor(shownTop / rowHeight) - margin)
  const last = Math.min(count, Math.ceil((shownTop + height.value) / rowHeight) + margin)
  const rows: ComponentChildren[] = []
  for (let index = first; index < last; index++) rows.push(row(index))
  return (
    <div
      class="windowed"
      ref={frame}
      role="log"
      aria-label={label}
      aria-live="off"
      onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
        top.value = scrollTop
        // Upwards only the reader scrolls.
        if (scrollTop < setTop.current - 1) isAtEnd.current = false
        if (scrollTop + clientHeight >= scrollHeight - rowHeight) isAtEnd.current = true
      }}
    >
      {count === 0 ? <p class="empty">{empty}</p> : null}
      <div class="extent" style={{ height: `${count * rowHeight}px` }}>
        <div class="rows" style={{ transform: `translateY(${first * rowHeight}px)` }}>
          {rows}
        </div>
      </div>
    </div>
  )
}

function bringIntoSight(element: HTMLElement, row: number, rowHeight: number): void {
  const y = row * rowHeight
  const { scrollTop, clientHeight } = element
  if (y < scrollTop || y + rowHeight > scrollTop + clientHeight)
    element.scrollTop = Math.max(0, y - clientHeight / 2)
}
