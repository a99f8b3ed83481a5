import type { InspectionEvent } from 'xstate'
import { callFenced } from './call-fenced.ts'

type Inspect = (event: InspectionEvent) => void

/** An observer that throws would lose the transition it observes; it is reported once and not asked again. */
export function harmlessInspector(
  inspect: Inspect | undefined,
  report: (error: unknown) => void,
): { inspect?: Inspect } {
  if (inspect === undefined) return {}
  let observe: Inspect | undefined = inspect
  return {
    inspect: (event) => {
      callFenced(
        () => observe?.(event),
        (error) => {
          if (observe !== undefined) report(error)
          observe = undefined
        },
      )
    },
  }
}
