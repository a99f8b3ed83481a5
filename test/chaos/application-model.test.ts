// The real thing driven by a model: every transition of test/model/application.model.ts is taken on a real server, by the
// shortest way to it, and after each step the state and what the step was told are what the model says. `--mode thorough`
// goes every simple way besides.
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { createTestModel } from 'xstate/graph'
import { type ApplicationEvent, applicationMachine } from '../model/application.model.ts'
import { Application, hasty } from '../support/application/application.ts'
import { deeds, type State, words } from '../support/application/deeds.ts'
import { eventually } from '../support/eventually.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

type Model = ReturnType<typeof modelBy>
type Path = ReturnType<Model['getShortestPaths']>[number]

const traversal = {
  limit: 100_000,
  filterEvents: (state: Path['state'], event: ApplicationEvent) => state.can(event),
}

function modelBy(key: (event: ApplicationEvent, origin: string) => string) {
  return createTestModel(applicationMachine, {
    serializeTransition: (_, event, before) => (event ? key(event, JSON.stringify(before?.value)) : ''),
  })
}

// By default a transition that leads to where it comes from is taken for none.
const shortest = modelBy(({ type }, origin) => ` via ${type} from ${origin}`).getShortestPaths(traversal)
const simple = () => modelBy(() => '').getSimplePaths(traversal)
const known = new Set(shortest.map(nameOf))
const others = process.env['PG_SUPERVISOR_PATHS'] === 'simple' ? simple() : []

describe('the ways through the model', () => {
  it('take every transition of it', () => {
    const origins = shortest.flatMap(({ steps }) => steps.map(({ state }) => state))
    const types = new Set(shortest.flatMap(({ steps }) => steps.slice(1).map(({ event }) => event.type)))
    const possible = origins.flatMap((state) =>
      [...types]
        .filter((type) => state.can({ type }))
        .map((type) => `${JSON.stringify(state.value)} ${type}`),
    )
    const taken = shortest.flatMap(({ steps }) =>
      steps.slice(1).map(({ event }, index) => `${JSON.stringify(steps[index]!.state.value)} ${event.type}`),
    )
    expect(new Set(taken)).toEqual(new Set(possible))
    expect(new Set(taken).size).toBe(122)
  })
})

describe('a connection does what its model does', () => {
  beforeEach((context) => server.mustBeStoppable(context))

  const ways = [...shortest, ...others.filter((path) => !known.has(nameOf(path)))]
  it.each(ways.map((path) => [nameOf(path), path] as const))('%s', async (_, path) => {
    await using world = await openWorld({ server, proxy: true, config: hasty })
    const on = new Application(world)
    await on.connect()
    let state: State = 'connected'
    const act = ({ event }: { event: ApplicationEvent }) => deeds[state]![event.type]!(on)
    const arrive = (next: State) => async () => {
      state = next
      await eventually(() => on.connection.state === words[next], { what: `the state ${words[next]}` })
    }
    await path.test({
      events: Object.fromEntries(path.steps.slice(1).map(({ event }) => [event.type, act])),
      states: Object.fromEntries(
        (Object.keys(words) as State[]).map((name) => [`connection.${name}`, arrive(name)]),
      ),
    })
    expect(on.connection.state).toBe(words[state])
    if (path.state.matches({ connection: 'connected', subscription: 'standing' })) await on.hears()
  })
})

function nameOf({ steps }: Pick<Path, 'steps'>): string {
  return steps
    .slice(1)
    .map(({ event }) => event.type)
    .join(' → ')
}
