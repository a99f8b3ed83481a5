import pg from 'pg'
import type { ClientClass, FaceClient } from './pool-internals.ts'
import type { Suspicion } from './traces.ts'

/** Who wants to know what is asked of a client. */
const listeners = new WeakMap<object, Suspicion>()
const classes = new WeakMap<ClientClass, ClientClass>()

export function listenTo(client: FaceClient, suspicion: Suspicion): void {
  listeners.set(client, suspicion)
}

/** The same class, of the same name, whose queries are heard of. Made once for each. */
export function heard(Base: ClientClass): ClientClass {
  const made = classes.get(Base)
  if (made !== undefined) return made
  const { [Base.name]: Heard } = {
    [Base.name]: class extends Base {
      override query(...question: unknown[]): unknown {
        listeners.get(this)?.note(question[0])
        return super.query(...question)
      }
    },
  } as Record<string, ClientClass>
  classes.set(Base, Heard as ClientClass)
  classes.set(Heard as ClientClass, Heard as ClientClass)
  return Heard as ClientClass
}

/** pg's client. A Pool's are supervised; one made by hand is what it is with pg. */
export const Client = heard(pg.Client as unknown as ClientClass) as unknown as typeof pg.Client
export type Client = pg.Client
