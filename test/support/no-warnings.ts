// XState says what is wrong with a chart by console.warn, in development only, and carries on; Node says by a warning that
// listeners leak. Here both fail the test they happened in, or the next one when they come late. A test that expects
// output puts its own function in the method's place, with vi.spyOn(console, 'warn').mockImplementation().
import { afterEach } from 'vitest'

const warnings: string[] = []

function record(...words: unknown[]) {
  warnings.push(words.map(String).join(' '))
}

console.warn = record
console.error = record
process.on('warning', (warning) => record(warning.name, warning.message))

afterEach(() => {
  const printed = warnings.splice(0)
  if (printed.length > 0) throw new Error(`The test printed warnings:\n${printed.join('\n')}`)
})
