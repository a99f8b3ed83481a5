import { writeFileSync } from 'node:fs'
import { parityPage } from './page.ts'
import { proofsOfSuite } from './proofs.ts'

writeFileSync('docs/txpostgres-parity.md', parityPage(proofsOfSuite()))
