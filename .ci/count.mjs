// Prints what vitest's JSON reports counted, and fails where a run that reports success cannot be one: no report,
// a failure, or a kind of test of which not one passed. Where a file was run again (see failed-files.mjs) its last run
// counts, and what failed in the first is told.
import { existsSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'

const kinds = ['unit', 'model', 'types', 'docs', 'package', 'integration', 'chaos', 'browser']

const reports = process.argv
  .slice(2)
  .map((path) =>
    existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : { testResults: [], success: false },
  )
const runs = reports.flatMap((report) => report.testResults)
const isLast = (file, place) => !runs.slice(place + 1).some(({ name }) => name === file.name)
const testResults = runs.filter(isLast)
const success =
  testResults.every(({ status }) => status === 'passed') &&
  reports.every((report) => report.testResults.length > 0)
const count = (results, status) =>
  results.flatMap((file) => file.assertionResults).filter((test) => test.status === status).length
const absent = kinds.filter((kind) => {
  const ofKind = testResults.filter((file) => relative('test', file.name).startsWith(kind))
  return count(ofKind, 'passed') === 0
})
// A file that fails before its first test, on an import say, has no failed test to be counted.
const brokenFiles = testResults.filter((file) => file.status === 'failed' && count([file], 'failed') === 0)
const failed = count(testResults, 'failed') + brokenFiles.length

// Once more at the end, in short: of a long log often only the end is kept.
const shortened = (message = '') =>
  message
    .split('\n')
    .slice(0, 12)
    .map((line) => line.slice(0, 300))
    .join('\n    ')
for (const file of runs.filter((each, place) => !isLast(each, place))) {
  for (const { fullName, failureMessages, status } of file.assertionResults) {
    if (status === 'failed') console.log(`FAILED AT FIRST ${fullName}\n    ${shortened(failureMessages[0])}`)
  }
}
for (const file of testResults) {
  const name = relative('.', file.name)
  if (brokenFiles.includes(file)) console.log(`FAILED ${name}\n    ${shortened(file.message)}`)
  for (const test of file.assertionResults.filter(({ status }) => status === 'failed')) {
    console.log(`FAILED ${name} > ${test.fullName}\n    ${shortened(test.failureMessages[0])}`)
  }
}

if (absent.length > 0) console.log(`Not one test passed in: ${absent.join(', ')}`)
if (!success || failed > 0 || absent.length > 0) process.exitCode = 1
console.log(`${count(testResults, 'passed')} passed, ${failed} failed`)
