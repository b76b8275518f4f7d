import { appendFileSync } from 'node:fs'
import { count, span } from '../format.ts'
import { oneLine } from '../output.ts'
import { failureSentence } from '../task-words.ts'
import type { KindSummary, RunSummary } from './summary.ts'
import type { TaskEnd } from './task-end.ts'

// What GitHub Actions shows of a run: workflow commands in the log, and a summary in Markdown.

/** A failed row as an annotation of its line in the task file. */
export function annotation({ trace, row, line }: TaskEnd, file: string): string {
  const { arm, type, failure } = trace
  const place = [
    ...(file === '-' || line === undefined ? [] : [`file=${property(file)}`, `line=${line}`]),
    `title=${property(`${arm}/${type} ${row}`)}`,
  ]
  const why = failure === undefined ? 'failed' : failureSentence(failure)
  return `::error ${place.join(',')}::${message(why)}\n`
}

/** What a person reads, with no line that GitHub's runner would take for a command: a task's text may be anybody's. */
export function withoutCommands(text: string): string {
  return text.replaceAll(/^(\s*)(:|#)(?=:|#\[)/gm, '$1$2\u200b')
}

/** Adds the run's summary to the job's, at the path that GITHUB_STEP_SUMMARY names. */
export function addJobSummary(path: string, summary: RunSummary): void {
  appendFileSync(path, jobSummary(summary))
}

export function jobSummary({ file, ok, failed, left, wallMs, arms, failures }: RunSummary): string {
  const numbers = `${count(ok)} ok, ${count(failed)} failed, ${count(left)} not run, ${span(wallMs)}`
  const rows = arms.map(
    (arm) =>
      `| ${arm.arm} | ${count(arm.ok)} | ${count(arm.failed)} | ${span(arm.runMs.p50)} | ${span(arm.runMs.p99)} |`,
  )
  return [
    `### octopus: ${cell(file)}`,
    '',
    numbers,
    '',
    '| arm | ok | failed | run p50 | run p99 |',
    '|---|---:|---:|---:|---:|',
    ...rows,
    '',
    ...failures.slice(0, KINDS_SHOWN).map(kindLine),
    '',
  ].join('\n')
}

const KINDS_SHOWN = 20

function kindLine({ count: times, arm, type, reason, message: text }: KindSummary): string {
  return `- ${count(times)}x \`${arm}/${cell(type)}\` ${reason}: ${cell(text)}`
}

// As GitHub's own toolkit escapes them.
function message(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return message(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}

/** Text from tasks, with nothing in it that Markdown or HTML would take for its own. */
function cell(text: string): string {
  return oneLine(text).replaceAll(/[\\`*_{}[\]<>|&]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
