// Prints what vitest's JSON report counted, and fails where a run that reports success cannot be one: no report, a
// failure, or a kind of test of which not one passed.
import { existsSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'

const kinds = ['unit', 'model', 'types', 'docs', 'package', 'integration', 'chaos', 'browser']

const report = process.argv[2]
const { testResults, success } = existsSync(report)
  ? JSON.parse(readFileSync(report, 'utf8'))
  : { testResults: [], success: false }
const count = (results, status) =>
  results.flatMap((file) => file.assertionResults).filter((test) => test.status === status).length
const absent = kinds.filter((kind) => {
  const ofKind = testResults.filter((file) => relative('test', file.name).startsWith(kind))
  return count(ofKind, 'passed') === 0
})
// A file that fails before its first test, on an import say, has no failed test to be counted.
const brokenFiles = testResults.filter((file) => file.status === 'failed' && count([file], 'failed') === 0)
const failed = count(testResults, 'failed') + brokenFiles.length

if (absent.length > 0) console.log(`Not one test passed in: ${absent.join(', ')}`)
if (!success || failed > 0 || absent.length > 0) process.exitCode = 1
console.log(`${count(testResults, 'passed')} passed, ${failed} failed`)
