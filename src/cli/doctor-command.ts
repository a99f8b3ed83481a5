import { parseArgs } from 'node:util'
import { Connection } from '../api/connection.ts'
import { coreOf } from '../api/connection-readings.ts'
import { loginOf } from '../api/options/login-of.ts'
import { ConnectFailedError } from '../errors/connect-errors.ts'
import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import type { Command, Terminal } from './commands.ts'
import { examine } from './doctor/examine.ts'
import { type Finding, problem } from './doctor/finding.ts'
import { judgeFailure, type Patient } from './doctor/judge-failure.ts'
import { judgeServer } from './doctor/judge-server.ts'

const usage = `usage: pg-supervisor doctor [postgres://…]

Looks at a server and at the way to it, and says in plain words what to set. Opens two sessions, changes nothing.
Without a URL it goes where the PG* variables say.
exit code: 0 nothing but advice, 1 there is a problem, 2 it was called wrongly`

const signs = { good: '✓', advice: '!', problem: '✗' } as const

export const doctor: Command = {
  summary: 'look at a server and the way to it',
  usage,
  async run(args, terminal) {
    const { positionals } = parseArgs({ args: [...args], options: {}, allowPositionals: true })
    const [url, ...others] = positionals
    if (others.length > 0) {
      terminal.err(`${usage}\n`)
      return 2
    }
    try {
      const findings = await visit(url)
      tell(findings, terminal)
      return findings.some(({ level }) => level === 'problem') ? 1 : 0
    } catch (error) {
      if (!(error instanceof InvalidOptionError)) throw error
      terminal.err(`${error.message}\n`)
      return 2
    }
  },
}

async function visit(url: string | undefined): Promise<Finding[]> {
  const open = (name: string): Connection =>
    new Connection({ ...(url === undefined ? {} : { connectionString: url }), name, reconnect: false })
  await using connection = open('doctor')
  await using other = open('doctor, second session')
  const began = performance.now()
  try {
    await connection.connect()
    const connectMs = performance.now() - began
    await other.connect()
    return judgeServer(await examine(connection, other, connectMs))
  } catch (error) {
    if (!(error instanceof ConnectFailedError)) return [failedOnTheWay(error)]
    return [judgeFailure(error.failure, patientOf(connection))]
  }
}

/** It let us in, and then would not answer: no stack trace helps who called the doctor. */
function failedOnTheWay(error: unknown): Finding {
  const { code } = error as { code?: unknown }
  const told = typeof code === 'string' ? code : 'no code'
  const what = `the session was let in, but a question was not answered (${told})`
  return problem(what, "look into the server's log at this moment; behind a pooler, into the pooler's too")
}

function patientOf(connection: Connection): Patient {
  const { settings } = coreOf(connection)
  const { host, port } = settings.address
  const { user = 'you', database = 'its database' } = loginOf(settings)
  return { host, port, user, database }
}

function tell(findings: readonly Finding[], { out }: Terminal): void {
  for (const { level, what, todo } of findings) {
    out(`${signs[level]} ${what}\n`)
    if (todo !== undefined) out(`    ${todo}\n`)
  }
}
