/** docs/config.md: the table of options. */
import { MORE_VARIABLES, variableOf } from '../src/cli/option-variables.ts'
import { OPTIONS } from '../src/main/config.ts'

export function optionsPage(): string {
  return [
    '# Options',
    '',
    'Of `Octopus.open(options)` and of `octopus.config.ts`. An unknown option is refused. Made from the table in `src/main/config.ts` by `npm run docs`.',
    'The command line also reads the environment variables named here; a flag comes before its variable, that before the file. `octopus config` shows what came from where.',
    '',
    '| option | default | unit | environment | what it means |',
    '|---|---|---|---|---|',
    ...Object.entries(OPTIONS).map(row),
    '',
    'More variables:',
    '',
    ...Object.entries(MORE_VARIABLES).map(([name, about]) => `- \`${name}\`: ${about}.`),
    '',
    'Lists are separated as `PATH` is. Relative paths in variables and flags are meant from the working directory, those in a file from its folder.',
    '',
  ].join('\n')
}

function row([name, { default: preset, unit, about }]: [
  string,
  { readonly default: string | number | boolean; readonly unit: string; readonly about: string },
]): string {
  return `| \`${name}\` | ${code(preset)} | ${unit} | ${code(variableOf(name) ?? '')} | ${about} |`
}

function code(value: string | number | boolean): string {
  return value === '' ? '' : `\`${value}\``
}
