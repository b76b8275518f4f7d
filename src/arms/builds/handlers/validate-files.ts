import { relative } from 'node:path'
import { breather, stopwatch, type Breathe } from '../../pace.ts'
import { openForReading, readWhole } from '../../read-file.ts'
import { selectSomeFiles, type SelectedFile } from '../../select-files.ts'
import { withTaskErrors } from '../../system-errors.ts'
import type { TaskContext } from '../../task-context.ts'
import { TaskError } from '../../task-errors.ts'
import { capped, count } from '../../task-result.ts'
import { SyntaxCheck } from '../syntax/syntax-check.ts'
import type { InvalidFile, Validate, ValidateResult } from '../tasks.ts'

/** A larger file is no source and no configuration. */
const FILE_BYTES_MAX = 64 * 1024 * 1024

export const run: (payload: Validate, context: TaskContext) => Promise<ValidateResult> =
  withTaskErrors(async (payload, context) => {
    const elapsedMs = stopwatch()
    const breathe = breather(context.signal)
    const cwd = payload.cwd ?? process.cwd()
    const { files } = await selectSomeFiles({ ...payload, cwd }, context.grants, breathe)
    await using check = new SyntaxCheck(context.grants)
    const known = files.filter((file) => check.knows(file.path))
    refuseNothingToDo(payload, files, known)
    const invalid: InvalidFile[] = []
    for (const [index, file] of known.entries()) {
      const fault = await faultOf(file, cwd, check, breathe)
      if (fault !== undefined) invalid.push(fault)
      context.progress(index + 1, known.length)
    }
    const overBudget = tooLarge(payload, files, cwd)
    const metrics = {
      files: files.length,
      checked: known.length,
      unchecked: files.length - known.length,
      ms: elapsedMs(),
    }
    return judged(payload, { invalid, overBudget, metrics })
  })

async function faultOf(
  file: SelectedFile,
  cwd: string,
  check: SyntaxCheck,
  breathe: Breathe,
): Promise<InvalidFile | undefined> {
  using opened = openForReading(file.path)
  const fault = await check.fault(await readWhole(opened, FILE_BYTES_MAX, breathe), file.path)
  if (fault === undefined) return undefined
  return {
    at: `${relative(cwd, file.name)}:${fault.line}:${fault.column}`,
    message: fault.message.slice(0, 300),
  }
}

function tooLarge(
  { budgets }: Validate,
  files: readonly SelectedFile[],
  cwd: string,
): ValidateResult['overBudget'] {
  const bytesMax = budgets?.maxBytes ?? Infinity
  return files
    .filter((file) => file.bytes > bytesMax)
    .map((file) => ({ path: relative(cwd, file.name), bytes: file.bytes }))
}

function refuseNothingToDo(
  payload: Validate,
  files: readonly SelectedFile[],
  known: readonly SelectedFile[],
): void {
  if (known.length > 0 || payload.budgets !== undefined) return
  throw new TaskError(
    'E_PAYLOAD',
    `nothing to check ${files[0]?.name ?? 'these files'} by: known are JSON, JavaScript, YAML, TOML, and budgets`,
  )
}

interface Found extends Pick<ValidateResult, 'invalid' | 'overBudget'> {
  readonly metrics: Readonly<Record<string, number>>
}

function judged(payload: Validate, { invalid, overBudget, metrics }: Found): ValidateResult {
  const ok = invalid.length + overBudget.length === 0
  const summary = ok
    ? `${count(metrics['checked'] ?? 0, 'file')} valid`
    : describe(invalid, overBudget)
  if (payload.strict && !ok) throw new TaskError('E_CORRUPT', summary)
  return {
    summary,
    metrics: { ...metrics, invalid: invalid.length, overBudget: overBudget.length },
    artifacts: [],
    ok,
    invalid: capped(invalid, 24_000).kept,
    overBudget: capped(overBudget, 24_000).kept,
  }
}

function describe(
  invalid: ValidateResult['invalid'],
  overBudget: ValidateResult['overBudget'],
): string {
  const faults = invalid.slice(0, 3).map(({ at, message }) => `${at} ${message}`)
  const sizes = overBudget.slice(0, 3).map(({ path, bytes }) => `${path} has ${bytes} bytes`)
  return `${invalid.length} invalid, ${overBudget.length} over budget: ${[...faults, ...sizes].join('; ')}`
}
