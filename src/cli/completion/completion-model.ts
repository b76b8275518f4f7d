import type { Command, Option } from 'commander'
import { ARM_IDS } from '../../main/index.ts'
import type { CommandEntry } from '../command.ts'
import { definedCommand } from '../command-line.ts'
import type { Output } from '../output.ts'

/** What may stand in a place: one of some words, a file, or anything. */
export type Place = 'file' | 'text' | readonly string[]

export interface CompletedOption {
  /** `--json`, and `-j` where there is one. */
  readonly names: readonly string[]
  readonly about: string
  /** Undefined for an option without a value. */
  readonly value: Place | undefined
}

export interface CompletedCommand {
  readonly name: string
  readonly aliases: readonly string[]
  readonly about: string
  readonly argument: Place | undefined
  readonly options: readonly CompletedOption[]
}

/** What every shell's script is made from: the command table, and the definition of each command. */
export async function completionModel(
  entries: readonly CommandEntry[],
  output: Output,
): Promise<readonly CompletedCommand[]> {
  const commands = await Promise.all(
    entries.map(async (entry) => {
      const { name, aliases = [], about, load } = entry
      const command = definedCommand(entry, await load(), output, () => undefined)
      return { name, aliases, about, argument: argumentOf(command), options: optionsOf(command) }
    }),
  )
  const names = commands.map(({ name }) => name)
  const help = {
    name: 'help',
    about: 'help of a command',
    argument: names,
    aliases: [],
    options: [],
  }
  return [...commands, help]
}

function argumentOf(command: Command): Place | undefined {
  const [argument] = command.registeredArguments
  return argument === undefined ? undefined : placeOf(argument.name(), argument.argChoices)
}

function optionsOf(command: Command): CompletedOption[] {
  const own = command.options.filter(({ hidden }) => !hidden).map(optionOf)
  return [...own, { names: ['--help', '-h'], about: 'print help', value: undefined }]
}

function optionOf({ long, short, description, flags, argChoices }: Option): CompletedOption {
  const value = /[<[]([^>\]]+)[>\]]/.exec(flags)?.[1]
  return {
    names: [long, short].filter((name) => name !== undefined && name !== null),
    about: description,
    value: value === undefined ? undefined : placeOf(long === '--arm' ? 'arm' : value, argChoices),
  }
}

const OF_FILES = /file|path|folder|dir|module|store|input|glob|out/

function placeOf(name: string, choices: readonly string[] | undefined): Place {
  if (choices !== undefined) return choices
  if (name === 'arm') return ARM_IDS
  return OF_FILES.test(name) ? 'file' : 'text'
}
