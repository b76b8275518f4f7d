import { cwd } from 'node:process'
import { OctopusError, resolvedOptions, type Json, type OctopusOptions } from '../../main/index.ts'
import { readConfiguration } from '../configuration.ts'
import type { EngineFlags } from '../engine-flags.ts'
import { octopusVariables } from '../environment.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { counted } from '../format.ts'
import { unknownVariables } from '../option-variables.ts'
import { printable, type Output } from '../output.ts'
import { fault, fine, look, note, type Finding } from './finding.ts'
import { machineFindings } from './machine.ts'
import { ownerFindings } from './owner.ts'
import { peerFindings } from './peers.ts'
import { storeFindings } from './store.ts'
import { taskFindings } from './tasks.ts'

const MARKS = { fine: '✔', note: '·', look: '!', fault: '✖' } as const
const COLOURS = { fine: 'green', note: 'gray', look: 'yellow', fault: 'red' } as const

/** `octopus doctor`: one look after the other, each told as soon as it is done. */
export async function doctor(flags: EngineFlags, json: boolean, output: Output): Promise<ExitCode> {
  const findings: Finding[] = []
  for await (const finding of looks(flags)) {
    findings.push(finding)
    if (!json) output.result(line(finding, output))
  }
  const faults = findings.filter(({ level }) => level === 'fault').length
  const others = findings.filter(({ level }) => level === 'look').length
  output.result(
    json
      ? `${JSON.stringify({ v: 1, ev: 'doctor', ok: faults === 0, findings })}\n`
      : `\n${counted(findings.length, 'finding')}: ${faults} to mend, ${others} to look at.\n`,
  )
  return faults === 0 ? EXIT.ok : EXIT.failed
}

async function* looks(flags: EngineFlags): AsyncGenerator<Finding> {
  const configured = await configuration(flags)
  yield* configured.findings
  yield* machineFindings(configured.resolved)
  yield* await guarded('tasks', () => taskFindings(configured.options))
  const store = configured.resolved['store']
  if (typeof store === 'string' && store !== 'memory') {
    yield* await guarded('store', () => storeFindings(store))
    yield* await guarded('owner', () => ownerFindings(store))
  } else yield note('store', 'in memory: nothing outlives the process')
  yield* peerFindings()
}

interface Configured {
  readonly options: OctopusOptions
  readonly resolved: Readonly<Record<string, Json>>
  readonly findings: readonly Finding[]
}

/** Where the configuration is wrong, everything else is looked at with the defaults. */
async function configuration(flags: EngineFlags): Promise<Configured> {
  const misspelt = unknownVariables(octopusVariables()).map((name) =>
    look(
      'configuration',
      `${name} means nothing here`,
      'docs/config.md has the variables there are.',
    ),
  )
  try {
    const { options, path } = await readConfiguration(flags, cwd())
    const resolved = resolvedOptions(options, cwd())
    const found =
      path === undefined ? note('configuration', 'no file: defaults') : fine('configuration', path)
    return { options, resolved, findings: [found, ...misspelt] }
  } catch (error) {
    const findings = [faultOf('configuration', error), ...misspelt]
    return { options: {}, resolved: resolvedOptions({}, cwd()), findings }
  }
}

async function guarded(
  about: string,
  check: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await check()
  } catch (error) {
    return [faultOf(about, error)]
  }
}

function faultOf(about: string, error: unknown): Finding {
  if (error instanceof OctopusError)
    return fault(about, `${error.code}: ${error.message}`, error.hint)
  return fault(about, error instanceof Error ? error.message : String(error))
}

function line({ about, level, what, todo }: Finding, output: Output): string {
  const head = `${output.paintResult(COLOURS[level], MARKS[level])} ${about.padEnd(14)}${printable(what)}\n`
  return todo === undefined ? head : `${head}${' '.repeat(16)}${printable(todo)}\n`
}
