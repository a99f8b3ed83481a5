// List-append: every element is told apart, and an UPDATE of a row waits for the one before it. So a list is the order in
// which appends were applied, and every read must be a beginning of it, with everything acknowledged before the read.
import type { Queryable, RequestOptions } from '../../../src/index.ts'
import type { TestServer } from '../test-server.ts'
import { type History, type Operation, storedFaults, toldOf } from './history.ts'

export const listCount = 3

type Asked = Pick<Queryable, 'query'>
interface Read extends Operation {
  readonly list: number
}

export class Lists {
  readonly #history: History
  readonly #appended = new Map<Operation, number>()
  readonly #reads: Read[] = []

  constructor(history: History) {
    this.#history = history
  }

  async prepare(server: TestServer): Promise<void> {
    await server.sql(`drop table if exists walk_list;
      create table walk_list (list int primary key, elements text[] not null default '{}');
      insert into walk_list (list) select generate_series(0, ${listCount - 1})`)
  }

  async append(on: Asked, list: number, options: RequestOptions = {}): Promise<Operation> {
    const text = 'update walk_list set elements = elements || $1::text where list = $2'
    const operation = await this.#history.run(
      `append to list ${list}`,
      (id) => on.query(text, [id, list], options),
      { mostOften: options.idempotent === true ? 9 : 1 },
    )
    this.#appended.set(operation, list)
    return operation
  }

  async read(on: Asked, list: number): Promise<void> {
    const operation = await this.#history.run(`read list ${list}`, async () => {
      const { rows } = await on.query<{ elements: string[] }>(
        'select elements from walk_list where list = $1',
        [list],
      )
      return rows[0]?.elements
    })
    this.#reads.push({ ...operation, list })
  }

  async faults(server: TestServer): Promise<string[]> {
    const rows = await server.sql<{ list: number; elements: string[] }>(
      'select * from walk_list order by list',
    )
    return this.compare(rows.map(({ elements }) => elements))
  }

  compare(lists: readonly (readonly string[])[]): string[] {
    const counts = new Map<string, number>()
    for (const id of lists.flat()) counts.set(id, (counts.get(id) ?? 0) + 1)
    return [
      ...storedFaults([...this.#appended.keys()], (id) => counts.get(id) ?? 0),
      ...this.#reads.flatMap((read) => this.#readFaults(read, lists[read.list] ?? [])),
    ]
  }

  #readFaults(read: Read, list: readonly string[]): string[] {
    if (read.said !== 'applied') return []
    const seen = (read.answer ?? []) as string[]
    const strange = seen.findIndex((element, index) => element !== list[index])
    if (strange !== -1)
      return [`${toldOf(read)}: it saw ${seen[strange]} at ${strange}, where ${list[strange]} is stored`]
    const missing = [...this.#appended].filter(
      ([{ id, said, settledAt }, of]) =>
        of === read.list && said === 'applied' && settledAt! < read.askedAt && !seen.includes(id),
    )
    return missing.map(([{ id }]) => `${toldOf(read)}: it did not see ${id}, acknowledged before`)
  }
}
