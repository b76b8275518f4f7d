/** docs/config.md: the table of options. */
import { OPTIONS } from '../src/main/config.ts'

export function optionsPage(): string {
  const rows = Object.entries(OPTIONS).map(
    ([name, option]) =>
      `| \`${name}\` | ${option.default === '' ? '' : `\`${option.default}\``} | ${option.unit} | ${option.about} |`,
  )
  return [
    '# Options',
    '',
    'Of `Octopus.open(options)` and of `octopus.config.ts`. An unknown option is refused. Made from the table in `src/main/config.ts` by `npm run docs`.',
    '',
    '| option | default | unit | what it means |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}
