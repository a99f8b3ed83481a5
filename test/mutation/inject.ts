// Set up before the tests when `PG_SUPERVISOR_MUTANT` names a mutant: every connection of the process has that chart.
import { connectionMachine } from '../../src/machines/connection.machine.ts'
import { allMutants } from './mutants.ts'

const id = process.env['PG_SUPERVISOR_MUTANT']
const mutant = allMutants().find((each) => each.id === id)
if (mutant === undefined) throw new Error(`no mutant is named ${id}`)
// A machine's methods are own properties, bound to it.
Object.assign(connectionMachine, mutant.make())
