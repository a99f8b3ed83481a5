// The door to what is shaped like the module of pg.
export * from 'pg'
export { Client } from './pg-face/client.ts'
export { native, pgFace as default } from './pg-face/module.ts'
export { type LeakReport, Pool, type ReplacedReport } from './pg-face/pool.ts'
export type { PoolConfig } from './pg-face/pool-config.ts'
