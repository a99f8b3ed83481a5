// The page: one HTML file, which asks nobody for anything but the server that it came from.
import { render } from 'preact'
import { unpackCharts } from './model/built-in-charts.ts'
import { token } from './model/command.ts'
import { feed, follow, readFile } from './model/feed.ts'
import { keepFiltering } from './model/filter.ts'
import { App } from './ui/app.tsx'
import { keepTicking } from './ui/clock.ts'
import { keepTheme } from './ui/colours.ts'
import { listenToKeys } from './ui/keyboard.ts'

// What is read before the charts are there would be of an unknown one.
void unpackCharts().then(begin)

function begin(): void {
  keepTheme()
  keepTicking()
  keepFiltering()
  listenToKeys()
  render(<App />, document.body)

  addEventListener('dragover', (event) => event.preventDefault())
  addEventListener('drop', (event) => {
    event.preventDefault()
    const [file] = event.dataTransfer?.files ?? []
    if (file !== undefined) void readFile(file)
  })

  // Opened from a file there is no server: it waits for a trace to be dropped on it.
  if (!location.protocol.startsWith('http')) return
  const said = token()
  if (said === undefined) feed.value = 'refused'
  else void follow(said)
}
