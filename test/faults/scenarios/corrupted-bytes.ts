import type { Scenario } from '../scenario.ts'

export const corruptedBytes: Scenario = {
  id: 'S23',
  broken: 'a byte of an answer is another',
  naive: 'waits for a message of two gigabytes, or throws out of its parser',
  callers: 'write',
  costs: 'sessions',
  strike: ({ cable, dice }) => cable.corrupt('toClient', dice.pick([wrongType, hugeLength])),
}

const wrongType = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from('~'), bytes.subarray(1)])
const hugeLength = (bytes: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, 1), Buffer.from([0x7f, 0xff, 0xff, 0xff]), bytes.subarray(5)])
