import { afterAll, describe } from 'vitest'
import { pgDriver } from '../../../src/drivers/pg-driver.ts'
import { describeSqlContract } from '../../support/contract/sql-contract.ts'
import type { Subject } from '../../support/contract/subject.ts'
import { describeWireContract } from '../../support/contract/wire-contract.ts'
import { testServer } from '../../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

const subject: Subject = {
  driver: pgDriver,
  config: () => ({ connectionString: server.url }),
  lose: ({ processId }) => server.sql('select pg_terminate_backend($1)', [processId]),
}

describe('the driver pg keeps the contract', () => {
  describeWireContract(() => subject)
  describeSqlContract(() => subject, pgDriver.capabilities)
})
