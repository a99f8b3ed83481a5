import { describe, expectTypeOf, it } from 'vitest'
import type {
  ConnectionConfig,
  Driver,
  DriverCapabilities,
  DriverName,
  Wire,
  WireConfig,
  WireFact,
} from '../../src/index.ts'

describe('a driver', () => {
  it('is one of three names, or an object', () => {
    expectTypeOf<DriverName>().toEqualTypeOf<'pg' | 'pg-native' | 'pglite'>()
    expectTypeOf<ConnectionConfig['driver']>().toEqualTypeOf<DriverName | Driver | undefined>()
    // @ts-expect-error -- no driver of that name
    expectTypeOf<ConnectionConfig['driver']>(null as unknown as 'oracle')
  })

  it('says what can be expected of it, makes wires, and may hear of the end', () => {
    expectTypeOf<Driver['name']>().toEqualTypeOf<string>()
    expectTypeOf<Driver['capabilities']>().toEqualTypeOf<DriverCapabilities>()
    expectTypeOf<Driver['open']>().toEqualTypeOf<
      (config: WireConfig, report: (fact: WireFact) => void) => Wire
    >()
    expectTypeOf<Driver['release']>().toEqualTypeOf<((owner: object) => Promise<unknown>) | undefined>()
  })
})
