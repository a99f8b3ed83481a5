import { afterAll, describe, expect, it } from 'vitest'
import { worldOfTest } from '../support/open-connection.ts'
import { poolWorld } from '../support/pool-world.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index))

/** Callers who ask again when they are answered, until `stop()`. */
function stream(callers: number, ask: (caller: number) => Promise<unknown>) {
  const course = { isOver: false }
  let answered = 0
  const all = times(callers, async (caller) => {
    while (!course.isOver) {
      await ask(caller)
      answered++
    }
  })
  return {
    answered: () => answered,
    stop: async () => {
      course.isOver = true
      await Promise.all(all)
    },
  }
}

describe('many callers of one connection', () => {
  it('are answered in turn: nobody is more than one answer ahead of another', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect()
    const answers = times(50, () => 0)
    let widest = 0
    const callers = stream(50, async (caller) => {
      await connection.query('select 1')
      answers[caller]!++
      widest = Math.max(widest, Math.max(...answers) - Math.min(...answers))
    })
    await expect.poll(() => Math.min(...answers), { timeout: 10_000 }).toBeGreaterThan(20)
    await callers.stop()
    expect(widest).toBe(1)
  })

  it('are answered in the order in which they asked, also behind the window', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect()
    const order: number[] = []
    await Promise.all(
      times(3000, (turn) => connection.query('select $1::int', [turn]).then(() => order.push(turn))),
    )
    expect(order).toEqual(times(3000, (turn) => turn))
  })

  it('do not starve a transaction: it begins behind what was asked before, and before all that came after', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect()
    let answered = 0
    const ask = () => connection.query('select 1').then(() => answered++)
    const before = times(2000, ask)
    let seen: number | undefined
    const transaction = connection.transaction(async (tx) => {
      await tx.query('select 1')
      seen = answered
    })
    const after = times(2000, ask)
    await Promise.all([...before, transaction, ...after])
    expect(seen).toBe(2000)
  })
})

describe('many callers of a pool', () => {
  it('do not starve transactions, which get a member to themselves while the others go on asking', async () => {
    const world = await poolWorld(server)
    const pool = world.pool({ max: 2 })
    const callers = stream(50, () => pool.query('select 1'))
    await expect.poll(callers.answered, { timeout: 10_000 }).toBeGreaterThan(100)
    for (let turn = 0; turn < 10; turn++) await pool.transaction((tx) => tx.query('select 1'))
    const meanwhile = callers.answered()
    await expect.poll(callers.answered, { timeout: 10_000 }).toBeGreaterThan(meanwhile)
    await callers.stop()
  })

  it('are not kept waiting by one large result', async () => {
    const world = await poolWorld(server)
    const pool = world.pool({ max: 2, min: 2 })
    await Promise.all(times(2, () => pool.query('select pg_sleep(0.05)')))
    const order: string[] = []
    const large = pool
      .query(`select repeat('x', 100) as x from generate_series(1, 20000) union all select pg_sleep(1)::text`)
      .then(() => order.push('large'))
    for (let turn = 0; turn < 5; turn++) await pool.query('select 1').then(() => order.push('small'))
    await large
    expect(order).toEqual([...times(5, () => 'small'), 'large'])
  })
})
