import type { Catalog, FoundFunction } from '../../main/index.ts'
import { count, counted, shellWord } from '../format.ts'
import type { Paint } from '../output.ts'
import type { WhichRun } from '../run/which-run.ts'
import type { MapFlags } from './flags.ts'
import type { Inputs } from './inputs.ts'

export interface MapHead {
  readonly name: string
  readonly found: FoundFunction
  readonly catalog: Catalog
  readonly inputs: Inputs
  readonly which: WhichRun
  readonly written: number
  readonly paint: Paint
}

/** What a person sees before anything runs. */
export function mapHead({ name, found, catalog, inputs, which, written, paint }: MapHead): string {
  const threads = found.arms.reduce((sum, arm) => sum + catalog.threads(arm), 0)
  const store = catalog.storePath ?? 'memory (not resumable)'
  const over = inputs.count === undefined ? 'inputs as they come' : counted(inputs.count, 'input')
  const done = written === 0 ? '' : `, ${count(written)} in the output already`
  const whose = which.resumed ? 'resumed' : 'run'
  return [
    `octopus  node ${process.versions.node}  ${counted(threads, 'thread')}  store ${store}\n`,
    `${paint('green', '✔')} ${name} over ${over}${done}  ${whose} ${which.record.run}\n`,
  ].join('')
}

/** What would run, for a person or a program. */
export function mapPlan(
  name: string,
  inputs: number,
  { type, arms }: FoundFunction,
  json: boolean,
): string {
  if (json) return `${JSON.stringify({ v: 1, ev: 'run.plan', map: name, type, arms, inputs })}\n`
  const what = `${counted(inputs, 'input')} would run on ${arms.join(' or ')} as ${type}`
  return `${name}: ${what}; nothing was stored or run\n`
}

const WORDS_SHOWN = 8

/** The command that goes on with this map, as a line to copy. */
export function resumeCommand(module: string, words: readonly string[], flags: MapFlags): string {
  const again: readonly (readonly [string, string | readonly string[] | true | undefined])[] = [
    ['-a', flags.argFile],
    ['-0', flags.null],
    ['--json-input', flags.jsonInput],
    ['--no-glob', flags.glob ? undefined : true],
    ['--only-changed', flags.onlyChanged],
    ['-k', flags.keepOrder],
    ['-o', flags.output],
    ['--joblog', flags.joblog],
    ['--config', flags.config],
    ['--store', flags.store],
    ['--max-parallel', flags.maxParallel],
    ['--allow-read', flags.allowRead],
    ['--allow-write', flags.allowWrite],
    ['--allow-exec', flags.allowExec],
  ]
  const options = again.flatMap(([name, value]) =>
    value === undefined
      ? []
      : value === true
        ? [name]
        : [value].flat().flatMap((one) => [name, one]),
  )
  const shown = words.slice(0, WORDS_SHOWN).map(shellWord)
  const more = words.length > WORDS_SHOWN ? ['…'] : []
  return [
    'octopus',
    'map',
    shellWord(module),
    ...shown,
    ...more,
    ...options.map(shellWord),
    '--resume',
  ].join(' ')
}
