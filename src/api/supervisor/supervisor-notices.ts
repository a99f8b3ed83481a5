// What a supervisor tells, in a microtask, to listeners that can't harm it.
import { checkFunction, checkNames } from '../../errors/check-option.ts'
import { inContextOfNow } from '../leases/scope.ts'
import { callFenced } from '../notices/call-fenced.ts'
import type { SupervisorEvents } from './supervisor-events.ts'

type Type = keyof SupervisorEvents
type Listener = (event: never) => void

const types: Record<Type, true> = {
  lost: true,
  reconnecting: true,
  recovered: true,
  dead: true,
  listenerError: true,
}

export class SupervisorNotices {
  readonly #listeners = new Map<Type, Set<Listener>>()
  #hasWarned = false

  on<K extends Type>(type: K, listener: (event: SupervisorEvents[K]) => void): () => void {
    checkNames({ [type]: true }, Object.keys(types))
    checkFunction('listener', listener)
    const bound: Listener = inContextOfNow(listener)
    const listeners = this.#listeners.get(type) ?? new Set()
    this.#listeners.set(type, listeners)
    listeners.add(bound)
    return () => listeners.delete(bound)
  }

  publish<K extends Type>(type: K, event: SupervisorEvents[K]): void {
    queueMicrotask(() => {
      const listeners = this.#listeners.get(type)
      if (type === 'listenerError' && !listeners?.size)
        this.#warnOnce(event as SupervisorEvents['listenerError'])
      for (const listener of [...(listeners ?? [])]) {
        if (!listeners?.has(listener)) continue
        // A listener of errors that throws is not asked again about its own error.
        const report = (error: unknown): void => {
          if (type !== 'listenerError') this.reportError(error, `a listener of '${type}'`)
        }
        callFenced(() => listener(event as never), report)
      }
    })
  }

  /** Something of the user's failed where nobody awaits it. */
  reportError(error: unknown, during: string): void {
    this.publish('listenerError', { error, during })
  }

  /** Swallowing an error in silence helps nobody; telling it for each event floods. */
  #warnOnce({ during }: SupervisorEvents['listenerError']): void {
    if (this.#hasWarned) return
    this.#hasWarned = true
    const message = `an error was thrown by ${during}; listen to 'listenerError' to see these`
    process.emitWarning(message, { type: 'PgSupervisorWarning' })
  }
}
