// npm run chaos -- …           walks at random (test/support/nemesis/chaos.ts)
// npm run chaos -- faults …    runs the catalogue on several clients, writes docs/faults.md
// npm run chaos -- figures …   measures what is promised over many operations
const commands: Record<string, () => Promise<unknown>> = {
  faults: () => import('./bench/run.ts'),
  figures: () => import('./figures/run.ts'),
}
const command = commands[process.argv[2] ?? '']
if (command === undefined) await import('../support/nemesis/chaos.ts')
else {
  process.argv.splice(2, 1)
  await command()
}
