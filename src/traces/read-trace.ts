import { type TraceHeader, type TraceLine, type TraceStep, traceVersion } from './trace-format.ts'

/**
 * Reads a trace as it was written. Lines of kinds that this version does not know are passed over.
 *
 * @throws {SyntaxError} where a line is no line of a trace; names its number
 */
export function readTrace(text: string): TraceLine[] {
  const begun = new Set<string>()
  return text.split(/\r?\n/).flatMap((line, index): TraceLine[] => {
    if (line.trim() === '') return []
    const refuse = (why: string): never => {
      throw new SyntaxError(`line ${index + 1} of the trace ${why}`)
    }
    const read = parsed(line) ?? refuse('is no JSON object')
    if (read['type'] === 'trace') {
      if (!isHeader(read)) refuse('is no header of a trace')
      if ((read['version'] as number) > traceVersion)
        refuse(`is of version ${String(read['version'])}, newer than ${traceVersion}`)
      begun.add(read['actor'] as string)
      return [read as unknown as TraceHeader]
    }
    if (read['type'] !== 'step') return []
    if (!isStep(read)) refuse('is no step of a trace')
    if (!begun.has(read['actor'] as string)) refuse('comes before the header of its trace')
    return [read as unknown as TraceStep]
  })
}

type Fields = Record<string, unknown>

function parsed(line: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Fields)
      : undefined
  } catch {
    return undefined
  }
}

const isText = (value: unknown): boolean => typeof value === 'string'
const isNumber = (value: unknown): boolean => typeof value === 'number'
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null

const isHeader = ({ version, machine, actor, at, state, context }: Fields): boolean =>
  isNumber(version) && isText(machine) && isText(actor) && isNumber(at) && isText(state) && isObject(context)

const isStep = ({ actor, at, event, took, state, data }: Fields): boolean =>
  isText(actor) &&
  isNumber(at) &&
  isText(event) &&
  isText(state) &&
  Array.isArray(took) &&
  took.every(isText) &&
  (data === undefined || isObject(data))
