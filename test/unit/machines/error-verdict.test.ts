import { expect, it } from 'vitest'
import { outcomeOf } from '../../../src/errors/outcome-of.ts'
import { errorVerdict } from '../../../src/machines/mailbox/error-verdict.ts'
import { cancelled, errorOf } from '../../../src/model/scripted-wire.ts'
import { PostOffice } from '../../support/post-office.ts'

const wish = { confirmed: 'confirmed', tooLate: 'too late', cause: 'cause' }
const requestWith = (fields: object) => Object.assign(PostOffice.open().request('a'), fields)

it('a foreign cancel is told and judged as it came', () => {
  const error = cancelled()
  expect(errorVerdict(requestWith({}), error)).toEqual({ told: error, judged: error })
})

it('a confirmed abort is told by its reason, which is not judged, whatever it looks like', () => {
  const reason = errorOf('57P01')
  const verdict = errorVerdict(requestWith({ wish: { ...wish, confirmed: reason } }), cancelled())
  expect(verdict).toEqual({ told: reason, judged: undefined })
})

it('a confirmed deadline is told and judged', () => {
  const verdict = errorVerdict(requestWith({ wish: { ...wish, isDeadline: true } }), cancelled())
  expect(verdict).toEqual({ told: 'confirmed', judged: 'confirmed' })
})

it('another error of what was to be cancelled is told and judged as it came', () => {
  const error = errorOf('23505')
  expect(errorVerdict(requestWith({ wish }), error)).toEqual({ told: error, judged: error })
})

it('an error of what was written before on another session leaves in doubt whether that was applied', () => {
  const error = errorOf('23505')
  expect(errorVerdict(requestWith({ wasWritten: true }), error).told).toBe(error)
  expect(outcomeOf(error)).toBe('unknown')
})
