// The generated picture of the chart: what is active lights up, the arrow just taken glows, and the camera looks there.
import type { JSX } from 'preact'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { builtInChart } from '../model/built-in-charts.ts'
import type { Session } from '../model/session.ts'
import type { Step } from '../model/step.ts'
import { store } from '../model/store.ts'
import { isCameraFollowing, session, stepOf } from '../model/view.ts'
import { Camera } from './camera.ts'

export function ChartView(): JSX.Element {
  const frame = useRef<HTMLDivElement>(null)
  const camera = useRef<Camera | undefined>(undefined)
  const machine = session.value?.chart?.machine ?? 'connection'
  const picture = builtInChart(machine)?.svg
  const content = useMemo(() => ({ __html: picture ?? '' }), [picture])

  useEffect(() => {
    const svg = frame.current?.querySelector('svg')
    camera.current = svg ? new Camera(svg) : undefined
    return () => camera.current?.close()
  }, [content])

  const step = session.value === undefined ? undefined : stepOf(session.value)
  useEffect(() => {
    if (frame.current === null || session.value === undefined || step === undefined) return
    const lit = lightUp(frame.current, session.value, step)
    if (isCameraFollowing.value) camera.current?.lookAt(lit)
    else camera.current?.lookAtAll()
  })

  if (picture === undefined) return <p class="empty">There is no picture of this chart.</p>
  return (
    <div class="chart-frame">
      <div class="picture" ref={frame} dangerouslySetInnerHTML={content} />
      <div class="camera-buttons">
        <button
          type="button"
          class="toggle"
          aria-pressed={isCameraFollowing.value}
          title="The camera follows the active state (F)"
          onClick={() => {
            isCameraFollowing.value = !isCameraFollowing.value
          }}
        >
          follow
        </button>
        <button
          type="button"
          class="toggle"
          title="The whole chart (0)"
          onClick={() => {
            isCameraFollowing.value = false
            camera.current?.reset()
          }}
        >
          whole chart
        </button>
      </div>
    </div>
  )
}

/** Returns what the camera is to have in sight. */
function lightUp(frame: HTMLElement, one: Session, step: Step): Element[] {
  const leaves = step.state.split(' ')
  const paths = leaves.flatMap((leaf) => {
    const parts = leaf.split('.')
    return parts.map((_, index) => parts.slice(0, index + 1).join('.'))
  })
  for (const old of frame.querySelectorAll('.active, .taken')) old.classList.remove('active', 'taken')
  const states = paths.flatMap((path) => {
    const found = frame.querySelector(`[data-state="${CSS.escape(path)}"]`)
    found?.classList.add('active')
    return found !== null && leaves.includes(path) ? [found] : []
  })
  const edges = lastEdges(one, step).flatMap((id) => [
    ...frame.querySelectorAll(`[data-edge~="${CSS.escape(id)}"]`),
  ])
  for (const edge of edges) edge.classList.add('taken')
  return [...states, ...edges]
}

/** Of the last step that took any: what becomes of requests takes none, and the arrow stays lit meanwhile. */
function lastEdges(one: Session, step: Step): readonly string[] {
  const { seqs } = one
  for (let index = one.countTo(step.seq) - 1, left = 12; index >= 0 && left > 0; index--, left--) {
    const { edges = [] } = store.step(seqs[index]!) ?? {}
    if (edges.length > 0) return edges
  }
  return []
}
