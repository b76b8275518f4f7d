import { cwd } from 'node:process'
import { resolvedOptions, type Json } from '../../main/index.ts'
import { readConfiguration, type OptionSource } from '../configuration.ts'
import { octopusVariables } from '../environment.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { unknownVariables, variableOf } from '../option-variables.ts'
import type { Output } from '../output.ts'
import type { ConfigFlags } from './flags.ts'

interface OptionRow {
  readonly name: string
  readonly value: Json
  readonly source: OptionSource
  /** The variable that may set it. */
  readonly variable: string | undefined
}

/** `octopus config`: every option with its value and whose word it is. Opens no store and loads no task. */
export async function tellConfig(flags: ConfigFlags, output: Output): Promise<ExitCode> {
  const { options, path, sourceOf } = await readConfiguration(flags, cwd())
  const rows = Object.entries(resolvedOptions(options, cwd())).map(([name, value]) => ({
    name,
    value,
    source: sourceOf(name),
    variable: variableOf(name),
  }))
  output.result(flags.json === true ? asJson(path, rows) : asTable(path, rows, output))
  for (const name of unknownVariables(octopusVariables()))
    output.message(`! ${name} means nothing here: see docs/config.md for the variables there are\n`)
  return EXIT.ok
}

function asJson(path: string | undefined, rows: readonly OptionRow[]): string {
  const options = Object.fromEntries(rows.map(({ name, ...row }) => [name, row]))
  return `${JSON.stringify({ v: 1, ev: 'config', path: path ?? null, options })}\n`
}

function asTable(path: string | undefined, rows: readonly OptionRow[], output: Output): string {
  const told = rows
    .filter(({ name, value, source }) => source !== 'default' || worthTelling(name, value))
    .map((row) => ({ ...row, from: sourceText(row, path) }))
  const nameWidth = Math.max(...told.map(({ name }) => name.length))
  const fromWidth = Math.max(...told.map(({ from }) => from.length))
  const lines = told.map(({ name, from, value, source }) => {
    const line = `${name.padEnd(nameWidth)}  ${from.padEnd(fromWidth)}  ${text(value)}`
    return source === 'default' ? output.paintResult('dim', line) : line
  })
  return `${path ?? 'no configuration file'}\n${lines.join('\n')}\n`
}

// An arm without a limit of memory, or that is enabled, is as every arm is.
function worthTelling(name: string, value: Json): boolean {
  return value !== null && !(name.endsWith('.enabled') && value === true)
}

function sourceText({ source, variable }: OptionRow, path: string | undefined): string {
  if (source === 'env') return `env ${variable ?? ''}`
  if (source === 'file') return `file ${path?.split(/[/\\]/).at(-1) ?? ''}`
  return source
}

function text(value: Json): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(' ')
  return JSON.stringify(value)
}
