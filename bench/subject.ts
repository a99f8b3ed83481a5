// What is measured is what is shipped: the built package, run by Node as it is. A loader that makes JavaScript of the
// sources on the fly names each closure as it is created, and that alone costs the hot path a tenth.
import { existsSync } from 'node:fs'

// Plain pg is asked many at a time on purpose, which it will stop taking in its next version.
process.noDeprecation = true

// XState's production build, as in production.
process.env['NODE_ENV'] ??= 'production'

const built = new URL('../dist/index.js', import.meta.url)
if (!existsSync(built)) throw new Error('nothing is built to be measured: `npm run build` first')

export const { connect, heartbeat, Pool } = (await import(built.href)) as typeof import('../src/index.ts')
export const { recordTrace } = (await import(
  new URL('machines.js', built).href
)) as typeof import('../src/machines.ts')
