import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { setup } from 'xstate'
import { connectionMachine } from '../../../src/machines/connection.machine.ts'
import { allStates, readChart } from '../../../visualizations/chart.ts'
import { mermaidOf } from '../../../visualizations/mermaid.ts'
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

describe('the pictures of the chart', () => {
  it.each([...pictures()])(
    'visualizations/%s shows the chart as it is; else run npm run diagrams',
    (name, text) => {
      expect(readFileSync(new URL(`../../../visualizations/${name}`, import.meta.url), 'utf8')).toBe(text)
    },
  )

  it('show every state and every transition', () => {
    const states = allStates(readChart(connectionMachine.root)).filter(({ path }) => path !== '')
    const table = pictures().get('connection.md') ?? ''
    const lines = table.split('\n').filter((line) => line.startsWith('| ') && !/^\| (event|-)/.test(line))
    expect(lines).toHaveLength(states.flatMap(({ edges }) => edges).length)
    for (const { path } of states) expect(table).toContain(`\n## ${path}\n`)
  })
})

describe('a chart', () => {
  it('is read with its eventless and delayed transitions, guards and actions', () => {
    const hot = readChart(kettle.root).children[1]
    expect(hot).toMatchObject({ path: 'hot', initial: 'hot.warming', entry: ['say careful'] })
    expect(hot?.edges).toEqual([
      { source: 'hot', event: 'at once', guard: 'isEmpty', target: 'cold', actions: [] },
      { source: 'hot', event: 'lit', guard: undefined, target: undefined, actions: ['ring'] },
      { source: 'hot', event: 'read', guard: 'isAt 100', target: 'hot.boiling', actions: [] },
      { source: 'hot', event: 'read', guard: 'else', target: 'cold', actions: [] },
    ])
    expect(hot?.children[0]?.edges).toMatchObject([{ event: 'after patience', target: 'hot.boiling' }])
    expect(hot?.children.map(({ entry, exit }) => [...entry, ...exit])).toEqual([[], ['ring']])
  })

  it('is drawn with every arrow behind every state, ways inward in a note', () => {
    const drawing = mermaidOf(readChart(kettle.root)).split('\n').slice(3)
    expect(drawing).toEqual([
      '  [*] --> cold',
      '  state "cold" as cold',
      '  state "hot" as hot {',
      '    [*] --> hot_warming',
      '    state "warming" as hot_warming',
      '    state "boiling" as hot_boiling',
      '  }',
      '',
      '  cold --> hot : lit',
      '  hot --> cold : at once [isEmpty]<br>read [else]',
      '  hot_warming --> hot_boiling : after patience',
      '  note right of hot',
      '    read leads to',
      '    boiling',
      '  end note',
      '',
    ])
  })

  it('is told as an outline and a table for each state', () => {
    const text = transitionTableOf(readChart(kettle.root))
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
