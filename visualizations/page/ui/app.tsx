import type { JSX } from 'preact'
import { isHelpOpen, type Panel, panel, session } from '../model/view.ts'
import { Cards } from './cards.tsx'
import { ChartView } from './chart-view.tsx'
import { CopyAsTest } from './copy-as-test.tsx'
import { Detail } from './detail.tsx'
import { keys } from './keyboard.ts'
import { Log } from './log.tsx'
import { Sequence } from './sequence.tsx'
import { Timeline } from './timeline.tsx'
import { TopBar } from './top-bar.tsx'

export function App(): JSX.Element {
  return (
    <div class="app">
      <TopBar />
      <Cards />
      <main class="stage panel">
        <header class="panel-head">
          <div class="tabs" role="tablist">
            <Tab of="chart" name="Chart" />
            <Tab of="sequence" name="Sequence" />
          </div>
          <span class="spring" />
          <span class="hint">{session.value?.name}</span>
          <CopyAsTest />
        </header>
        {panel.value === 'chart' ? <ChartView /> : <Sequence />}
      </main>
      <Log />
      <Detail />
      <Timeline />
      {isHelpOpen.value ? <Help /> : null}
    </div>
  )
}

function Tab({ of, name }: { readonly of: Panel; readonly name: string }): JSX.Element {
  return (
    <button
      type="button"
      role="tab"
      aria-selected={panel.value === of}
      onClick={() => {
        panel.value = of
      }}
    >
      {name}
    </button>
  )
}

const keyNames: Readonly<Record<string, string>> = { ' ': 'space', ArrowLeft: '←', ArrowRight: '→' }

function Help(): JSX.Element {
  return (
    <aside class="help panel" aria-label="Keys">
      <h2>Keys</h2>
      <dl>
        {keys.map(({ key, does }) => (
          <div key={key}>
            <dt>
              <kbd>{keyNames[key] ?? key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </aside>
  )
}
