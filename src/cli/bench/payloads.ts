import { readFile } from 'node:fs/promises'
import { OctopusError, type FoundFunction } from '../../main/index.ts'
import type { BenchFlags } from './flags.ts'

/**
 * What the runs are given, in turn: `--payload`, the lines of `--payloads`, what the module exports as `sample` (one) or
 * `samples` (several), or an empty object.
 * @throws OctopusError E_USAGE for what is no JSON, with its line
 */
export async function payloadsOf(
  flags: BenchFlags,
  { module }: FoundFunction,
): Promise<readonly [unknown, ...unknown[]]> {
  if (flags.payload !== undefined) return [parsed(flags.payload, '--payload')]
  if (flags.payloads !== undefined) return await fromFile(flags.payloads)
  const exported: unknown = await import(module)
  const samples = exportOf(exported, 'samples')
  const [first, ...more] = listOf(samples)
  return first === undefined ? [exportOf(exported, 'sample') ?? {}] : [first, ...more]
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function exportOf(exported: unknown, name: string): unknown {
  return typeof exported === 'object' && exported !== null ? Reflect.get(exported, name) : undefined
}

async function fromFile(file: string): Promise<readonly [unknown, ...unknown[]]> {
  const lines = (await textOf(file)).split('\n').map((text, at) => ({ text, line: at + 1 }))
  const [first, ...more] = lines
    .filter(({ text }) => text.trim() !== '')
    .map(({ text, line }) => ({ value: parsed(text, `${file}:${line}`) }))
  if (first !== undefined) return [first.value, ...more.map(({ value }) => value)]
  throw new OctopusError('E_USAGE', `${file} has no payload`, { hint: 'One JSON value a line.' })
}

async function textOf(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch((error: unknown) => {
    throw new OctopusError('E_USAGE', `--payloads ${file} cannot be read`, {
      cause: error,
      hint: 'Name a file with one JSON value a line.',
    })
  })
}

function parsed(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new OctopusError('E_USAGE', `${where} is no JSON`, {
      cause: error,
      hint: error instanceof Error ? `${error.message}.` : 'Correct it.',
    })
  }
}
