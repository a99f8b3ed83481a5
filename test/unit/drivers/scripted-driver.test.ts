import { describe } from 'vitest'
import type { Subject } from '../../support/contract/subject.ts'
import { describeWireContract } from '../../support/contract/wire-contract.ts'
import { ScriptedDriver } from '../../support/scripted-driver.ts'

describe("a driver of the user's own keeps the contract", () => {
  const driver = new ScriptedDriver()
  const subject: Subject = {
    driver,
    config: () => ({}),
    lose: async () => driver.lose(),
  }
  describeWireContract(() => subject)
})
