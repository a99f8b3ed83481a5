// Prints the files of a report that are worth another run: some have failed, and no more than a busy machine explains.
// A test on real servers may fail for its sake. It is run once more, alone; what fails twice is red, and both are told.
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'

const most = 3

const { testResults } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const failed = testResults.filter(({ status }) => status === 'failed').map(({ name }) => relative('.', name))
if (failed.length === 0 || failed.length > most) process.exitCode = 1
else console.log(failed.join('\n'))
