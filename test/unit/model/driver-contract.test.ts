import { describe } from 'vitest'
import { createConnectionModel } from '../../../src/model/connection-model.ts'
import type { Subject } from '../../support/contract/subject.ts'
import { describeWireContract } from '../../support/contract/wire-contract.ts'

// On the clock of the process, as every other driver.
describe("the driver of a connection model keeps every driver's contract", () => {
  const model = createConnectionModel()
  model.answer('nonsense', { error: { code: '42601' } })
  const subject: Subject = {
    driver: model.config.driver,
    config: () => ({}),
    lose: async () => model.lose(),
  }
  describeWireContract(() => subject)
})
