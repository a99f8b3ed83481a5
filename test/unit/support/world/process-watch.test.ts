import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { type Printers, ProcessWatch } from '../../../support/world/process-watch.ts'

function watched() {
  const printed: string[] = []
  const print = (...words: unknown[]) => void printed.push(words.join(' '))
  const printers: Printers = {
    log: print,
    info: print,
    debug: print,
    warn: print,
    error: print,
    trace: print,
  }
  const process = new EventEmitter()
  return { process, printers, printed, watch: new ProcessWatch(process, printers) }
}

describe('the watch over a process', () => {
  it('tells of errors that nobody caught, and of warnings', () => {
    const { process, watch } = watched()
    process.emit('uncaughtException', new Error('one'))
    process.emit('unhandledRejection', new Error('two'))
    process.emit('warning', new Error('three'))
    expect(watch.faults).toEqual([
      expect.stringMatching(/^uncaughtException: Error: one/),
      expect.stringMatching(/^unhandledRejection: Error: two/),
      expect.stringMatching(/^warning: Error: three/),
    ])
  })

  it('tells of printed lines', () => {
    const { printers, watch, printed } = watched()
    printers.log('a', 1)
    printers.error('b')
    expect(watch.faults).toEqual(['console.log: a 1', 'console.error: b'])
    expect(printed).toEqual([])
  })

  it('leaves everything as it was', () => {
    const { process, printers, printed, watch } = watched()
    watch.stop()
    printers.warn('c')
    expect(printed).toEqual(['c'])
    expect(process.eventNames()).toEqual([])
    expect(watch.faults).toEqual([])
  })
})
