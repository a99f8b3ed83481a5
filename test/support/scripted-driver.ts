// A driver without a server: says yes to everything but 'nonsense', a turn of the loop later.
import type { Driver, WireConfig, WireFact } from '../../src/index.ts'
import { errorOf, ScriptedWire } from './scripted-wire.ts'

export class ScriptedDriver implements Driver {
  readonly name = 'scripted'
  readonly capabilities = {
    cancel: false,
    sessions: true,
    notifications: 'process',
    outages: true,
    copyIn: false,
    tls: false,
  } as const
  /** Of the last session. */
  lose: () => void = () => undefined

  open(_: WireConfig, report: (fact: WireFact) => void): AnsweringWire {
    const wire = new AnsweringWire()
    this.lose = () => {
      wire.close()
      report({ type: 'lost', loss: { kind: 'closed', error: undefined } })
    }
    setImmediate(() => report({ type: 'opened' }))
    return wire
  }

  /** As JSON, which throws where pg would. */
  prepareValues(values: readonly unknown[]): readonly unknown[] {
    return values.map((value) => JSON.stringify(value))
  }
}

class AnsweringWire extends ScriptedWire {
  override submit(statement: Parameters<ScriptedWire['submit']>[0]): void {
    super.submit(statement)
    setImmediate(() => {
      if (this.isLost || !this.isBusy) return
      this.answer(statement.text === 'nonsense' ? { error: errorOf('42601') } : {})
    })
  }

  override async cancel(): Promise<void> {
    this.calls.push('cancel')
  }

  override end(): void {
    super.end()
    this.close()
  }
}
