import { delimiter } from 'node:path'
import { OctopusError, type OctopusOptions, type OPTIONS } from '../main/index.ts'
import { armsAtMost } from './arm-limits.ts'

type OptionName = keyof typeof OPTIONS

/** How the text of a variable is read; a list is separated as PATH is. */
type Reading = 'text' | 'number' | 'list'

/** Every option that an environment variable may set. What is made of parts, or only means something to callers, may not. */
const READINGS: { readonly [Name in OptionName]?: Reading } = {
  store: 'text',
  tasks: 'list',
  'defaults.attempts': 'number',
  'defaults.timeout': 'text',
  'defaults.ttl': 'text',
  'defaults.priority': 'number',
  'allow.read': 'list',
  'allow.write': 'list',
  'allow.exec': 'list',
  'allow.env': 'list',
  cacheDir: 'text',
  queueDepthMax: 'number',
  whenFull: 'text',
  payloadBytesMax: 'number',
  resultBytesMax: 'number',
  'retention.age': 'text',
  'retention.bytes': 'number',
  cancelGrace: 'text',
  moduleLoadTimeout: 'text',
}

/** Variables that are no option of the engine's by themselves. */
export const MORE_VARIABLES = {
  OCTOPUS_CONFIG: 'the configuration file, as `--config`',
  OCTOPUS_MAX_PARALLEL: 'threads of every arm, or of some: `4`, `batch=4,builds=1`',
  OCTOPUS_UI: 'progress, as `octopus run --ui`',
} as const

/** `queueDepthMax` is OCTOPUS_QUEUE_DEPTH_MAX; undefined for an option that no variable sets. */
export function variableOf(name: string): string | undefined {
  if (/^arms\..*\.maxParallel$/.test(name)) return 'OCTOPUS_MAX_PARALLEL'
  return Object.hasOwn(READINGS, name) ? spelling(name) : undefined
}

/** What the environment says of options. @throws OctopusError E_CONFIG naming the variable */
export function optionsOfVariables(variables: ReadonlyMap<string, string>): OctopusOptions {
  const options: Record<string, unknown> = {}
  const groups: Record<string, Record<string, unknown>> = {}
  for (const [name, reading] of Object.entries(READINGS)) {
    const text = variables.get(spelling(name))
    if (text === undefined) continue
    const [head = '', leaf] = name.split('.')
    const value = read(spelling(name), text, reading)
    if (leaf === undefined) options[head] = value
    else groups[head] = { ...groups[head], [leaf]: value }
  }
  const limits = variables.get('OCTOPUS_MAX_PARALLEL')
  const arms = limits === undefined ? {} : { arms: armsAtMost([limits], 'OCTOPUS_MAX_PARALLEL') }
  return { ...options, ...groups, ...arms }
}

/** Variables that begin like ours and mean nothing: most likely misspelt. */
export function unknownVariables(variables: ReadonlyMap<string, string>): readonly string[] {
  const known = new Set<string>([
    ...Object.keys(READINGS).map(spelling),
    ...Object.keys(MORE_VARIABLES),
  ])
  return [...variables.keys()].filter((name) => !known.has(name))
}

function spelling(name: string): string {
  return `OCTOPUS_${name.replaceAll('.', '_').replaceAll(/[A-Z]/g, '_$&').toUpperCase()}`
}

function read(variable: string, text: string, reading: Reading): unknown {
  switch (reading) {
    case 'text':
      return text
    case 'list':
      return text.split(delimiter).filter((part) => part !== '')
    case 'number':
      if (/^\d+$/.test(text)) return Number(text)
      throw misread(variable, text, 'a whole number')
  }
}

function misread(variable: string, text: string, wanted: string): OctopusError {
  return new OctopusError('E_CONFIG', `${variable}='${text}' is not ${wanted}`, {
    hint: `Correct ${variable}, or unset it.`,
  })
}
