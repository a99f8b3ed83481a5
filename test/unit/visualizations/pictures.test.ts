import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { setup } from 'xstate'
import { connectionMachine } from '../../../src/machines/connection.machine.ts'
import { allStates, readChart } from '../../../visualizations/chart.ts'
import { pictures } from '../../../visualizations/pictures.ts'
import { transitionTableOf } from '../../../visualizations/transition-table.ts'

const kettle = setup({
  guards: { isEmpty: () => false, isAt: (_, { degrees }: { degrees: string }) => degrees === '100' },
  actions: { ring: () => undefined, say: (_, params: { word: string }) => params },
  delays: { patience: 10 },
}).createMachine({
  id: 'kettle',
  initial: 'cold',
  states: {
    cold: { description: 'water as it came', on: { lit: 'hot' } },
    hot: {
      entry: { type: 'say', params: { word: 'careful' } },
      initial: 'warming',
      always: { guard: 'isEmpty', target: 'cold' },
      on: {
        lit: { actions: 'ring' },
        read: [
          {
            guard: { type: 'isAt', params: ({ event }) => ({ degrees: '100', event: event.type }) },
            target: '.boiling',
          },
          { target: 'cold' },
        ],
      },
      states: { warming: { after: { patience: 'boiling' } }, boiling: { exit: 'ring' } },
    },
  },
})

describe('the pictures of the chart', { timeout: 60_000 }, () => {
  let drawn: Map<string, string>
  beforeAll(async () => {
    drawn = await pictures()
  }, 60_000)

  it('are those of the chart as it is; else run npm run diagrams', () => {
    const folder = new URL('../../../visualizations/diagrams/', import.meta.url)
    expect(readdirSync(folder).toSorted()).toEqual([...drawn.keys()].toSorted())
    const stale = [...drawn].filter(([name, text]) => readFileSync(new URL(name, folder), 'utf8') !== text)
    expect(stale.map(([name]) => name)).toEqual([])
  })

  it('are the same each time', async () => {
    expect(await pictures()).toEqual(drawn)
  })

  it('show every state and every transition', () => {
    const states = allStates(readChart(connectionMachine.root)).filter(({ path }) => path !== '')
    const table = drawn.get('connection.md') ?? ''
    const lines = table.split('\n').filter((line) => line.startsWith('| ') && !/^\| (event|-)/.test(line))
    expect(lines).toHaveLength(states.flatMap(({ edges }) => edges).length)
    const svg = drawn.get('connection.svg') ?? ''
    for (const { path } of states) {
      expect(table).toContain(`\n## ${path}\n`)
      expect(svg).toContain(`id="connection.${path}" data-state="${path}"`)
    }
    const lit = [...svg.matchAll(/data-edge="([^"]+)"/g)].flatMap(([, ids]) => ids!.split(' '))
    expect(new Set(lit)).toEqual(new Set(states.flatMap(({ edges }) => edges.map(({ id }) => id))))
  })
})

describe('a chart', () => {
  it('is read with its eventless and delayed transitions, guards and actions', () => {
    const hot = readChart(kettle.root).children[1]
    expect(hot).toMatchObject({ path: 'hot', initial: 'hot.warming', entry: ['say careful'] })
    expect(hot?.edges).toEqual([
      { id: 'hot/always/0', source: 'hot', event: 'at once', guard: 'isEmpty', target: 'cold', actions: [] },
      { id: 'hot/lit/0', source: 'hot', event: 'lit', target: undefined, actions: ['ring'] },
      {
        id: 'hot/read/0',
        source: 'hot',
        event: 'read',
        guard: 'isAt 100',
        target: 'hot.boiling',
        actions: [],
      },
      { id: 'hot/read/1', source: 'hot', event: 'read', guard: 'else', target: 'cold', actions: [] },
    ])
    expect(hot?.children[0]?.edges).toMatchObject([
      { id: 'hot.warming/after.patience/0', event: 'after patience', target: 'hot.boiling' },
    ])
    expect(hot?.children.map(({ entry, exit }) => [...entry, ...exit])).toEqual([[], ['ring']])
  })

  it('is told as an outline and a table for each state', () => {
    const text = transitionTableOf(readChart(kettle.root), 'kettle', 'A kettle')
    expect(text).toContain('├ cold       water as it came\n└ hot\n  ├ warming\n  └ boiling\n')
    expect(text).toContain(
      [
        '## hot',
        '',
        '- begins in: warming',
        '- on entry: say careful',
        '',
        '| event   | guard    | target      | actions |',
        '| ------- | -------- | ----------- | ------- |',
        '| at once | isEmpty  | cold        |         |',
        '| lit     |          |             | ring    |',
        '| read    | isAt 100 | hot.boiling |         |',
        '| read    | else     | cold        |         |',
        '',
      ].join('\n'),
    )
  })
})
