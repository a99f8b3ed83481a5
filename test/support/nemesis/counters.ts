// Counters: each acknowledged increment gets a value that no other gets, and none is lost, whether the server adds or a
// transaction reads, adds and writes.
import type { Queryable, RequestOptions, Transaction } from '../../../src/index.ts'
import type { TestServer } from '../test-server.ts'
import { type History, type Manner, type Operation, toldOf } from './history.ts'

export const counterCount = 3

export class Counters {
  readonly #history: History
  readonly #operations: { readonly operation: Operation; readonly counter: number }[] = []

  constructor(history: History) {
    this.#history = history
  }

  async prepare(server: TestServer): Promise<void> {
    await server.sql(`drop table if exists walk_counter;
      create table walk_counter (counter int primary key, value int not null default 0);
      insert into walk_counter (counter) select generate_series(0, ${counterCount - 1})`)
  }

  async increment(on: Pick<Queryable, 'query'>, counter: number, options: RequestOptions): Promise<void> {
    await this.#run(counter, `increment ${counter}`, async () => {
      const { rows } = await on.query<{ value: number }>(
        'update walk_counter set value = value + 1 where counter = $1 returning value',
        [counter],
        options,
      )
      return rows[0]!.value
    })
  }

  /** `within` begins the transaction, or begins it again. */
  async readAddWrite(
    counter: number,
    within: (work: (tx: Transaction) => Promise<number>) => Promise<number>,
    manner: Manner,
  ): Promise<void> {
    const work = async (tx: Transaction): Promise<number> => {
      const { rows } = await tx.query<{ value: number }>(
        'select value from walk_counter where counter = $1',
        [counter],
      )
      const value = rows[0]!.value + 1
      await tx.query('update walk_counter set value = $1 where counter = $2', [value, counter])
      return value
    }
    await this.#run(counter, `read, add to and write ${counter}`, () => within(work), manner)
  }

  async faults(server: TestServer): Promise<string[]> {
    const rows = await server.sql<{ value: number }>('select value from walk_counter order by counter')
    return this.compare(rows.map(({ value }) => value))
  }

  compare(values: readonly number[]): string[] {
    return values.flatMap((value, counter) => {
      const own = this.#operations
        .filter((each) => each.counter === counter)
        .map(({ operation }) => operation)
      const applied = own.filter(({ said }) => said === 'applied')
      const doubtful = own.filter(({ said }) => said === 'unknown').length
      const sum =
        value < applied.length || value > applied.length + doubtful
          ? [`counter ${counter} is ${value}, with ${applied.length} acknowledged and ${doubtful} in doubt`]
          : []
      return [...sum, ...sharedValues(applied, value)]
    })
  }

  async #run(counter: number, what: string, work: () => Promise<number>, manner?: Manner): Promise<void> {
    const operation = await this.#history.run(what, work, manner)
    this.#operations.push({ operation, counter })
  }
}

function sharedValues(applied: readonly Operation[], last: number): string[] {
  const owners = new Map<unknown, Operation>()
  return applied.flatMap((operation) => {
    const { answer } = operation
    const other = owners.get(answer)
    owners.set(answer, operation)
    if (other !== undefined) return [`${toldOf(operation)}: it got ${String(answer)}, as ${other.id} did`]
    return Number(answer) > last
      ? [`${toldOf(operation)}: it got ${String(answer)}, and the end is ${last}`]
      : []
  })
}
