import { ARM_IDS, type Catalog } from '../../main/index.ts'
import { count, counted } from '../format.ts'
import type { Paint } from '../output.ts'
import type { CheckedFile } from './check-file.ts'
import type { RowsBefore } from './rows-before.ts'
import type { WhichRun } from './which-run.ts'

export interface Head {
  readonly checked: CheckedFile
  readonly catalog: Catalog
  readonly which: WhichRun
  readonly before: RowsBefore
  /** Tasks in the store that are not this run's. */
  readonly others: number
  readonly paint: Paint
}

/** What a person sees before anything runs: where it runs, what was read, what was there. */
export function headText({ checked, catalog, which, before, others, paint }: Head): string {
  const threads = ARM_IDS.reduce((sum, arm) => sum + catalog.threads(arm), 0)
  const store = catalog.storePath ?? 'memory (not resumable)'
  const read = [
    `${counted(checked.selected + checked.filtered, 'row')} read`,
    `${count(checked.invalid)} invalid`,
    ...more(checked.filtered, 'filtered out'),
    ...more(before.doneBefore, 'already done'),
    ...more(before.failedBefore, 'failed before'),
  ]
  const whose = which.resumed ? 'resumed' : 'run'
  return [
    `octopus  node ${process.versions.node}  ${counted(threads, 'thread')}  store ${store}\n`,
    `${paint('green', '✔')} ${read.join(', ')}  ${whose} ${which.record.run}\n`,
    others <= 0 ? '' : `${paint('yellow', '!')} ${othersText(others)}\n`,
  ].join('')
}

function more(number: number, what: string): string[] {
  return number === 0 ? [] : [`${count(number)} ${what}`]
}

function othersText(others: number): string {
  return `${counted(others, 'task')} of other runs wait in this store; they run too and are not counted here`
}
