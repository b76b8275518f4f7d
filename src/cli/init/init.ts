import { mkdir, rename, writeFile } from 'node:fs/promises'
import { findPackageJSON } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { cwd } from 'node:process'
import { OctopusError } from '../../main/index.ts'
import { ask } from '../ask.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { shellWord } from '../format.ts'
import type { Output } from '../output.ts'
import { planInit, type Step } from './init-plan.ts'

const MARKS = { new: '+', changed: '~', same: '=' } as const
const COLOURS = { new: 'green', changed: 'yellow', same: 'dim' } as const

/** `octopus init`: plan, show, ask, write. */
export async function init(dir: string, yes: boolean, output: Output): Promise<ExitCode> {
  const folder = resolve(cwd(), dir)
  const steps = await planInit(folder)
  const work = steps.filter(({ kind }) => kind !== 'same')
  output.result(steps.map((step) => line(step, output)).join(''))
  if (work.length > 0 && !yes && !(await agreed(folder, output))) return EXIT.ok
  for (const step of work) await write(folder, step)
  output.message(nextText(folder, work.length))
  return EXIT.ok
}

function line({ kind, path, what }: Step, output: Output): string {
  return output.paintResult(COLOURS[kind], `  ${MARKS[kind]} ${path.padEnd(24)} ${what}`) + '\n'
}

/** @throws OctopusError E_USAGE where nobody can be asked */
async function agreed(folder: string, output: Output): Promise<boolean> {
  const answer = await ask(`Write this in ${folder}?`, output)
  if (answer === 'nobody')
    throw new OctopusError('E_USAGE', 'there is no terminal to ask on, and nothing was written', {
      hint: 'Say --yes.',
    })
  if (answer === 'no') output.message('Nothing was written.\n')
  return answer === 'yes'
}

async function write(folder: string, { kind, path, text }: Step): Promise<void> {
  const file = join(folder, path)
  await mkdir(dirname(file), { recursive: true })
  // What has appeared since it was looked at is not written over.
  if (kind === 'new') return await writeFile(file, text, { flag: 'wx' })
  await writeFile(`${file}.octopus-init`, text, { flag: 'wx' })
  await rename(`${file}.octopus-init`, file)
}

function nextText(folder: string, written: number): string {
  const there = relative(cwd(), folder)
  const steps = [
    ...(there === '' ? [] : [`cd ${shellWord(there)}`]),
    ...(installed(folder) ? [] : ['npm install octopus-executor']),
    'npx octopus run tasks.ndjson',
  ]
  return `${written === 0 ? 'Everything was there.' : 'Done.'} Next:\n${steps.map((step) => `  ${step}\n`).join('')}`
}

function installed(folder: string): boolean {
  try {
    return findPackageJSON('octopus-executor', join(folder, 'octopus.config.ts')) !== undefined
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')
      return false
    throw error
  }
}
