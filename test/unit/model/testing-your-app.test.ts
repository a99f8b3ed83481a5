// The page's example is a test file for Node's own runner; it is run here as it stands there.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { mainExample } from '../../support/doc-examples.ts'
import { runNode } from '../../support/run.ts'

it('the tests of docs/testing-your-app.md pass as they stand there', { timeout: 60_000 }, async () => {
  const page = 'docs/testing-your-app.md'
  const { code } = mainExample(page, await readFile(page, 'utf8'))
  await mkdir('.tmp', { recursive: true })
  const folder = await mkdtemp('.tmp/testing-your-app-')
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, 'payment.test.ts'), code)
  const args = ['tsx', '--test-reporter=tap', join(folder, 'payment.test.ts')]
  const { code: exitCode, stdout, stderr } = await runNode('--import', args)
  expect(stdout + stderr).toContain('# pass 5\n')
  expect(exitCode).toBe(0)
})
