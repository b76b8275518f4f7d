import { cwd } from 'node:process'
import {
  OctopusError,
  systemClock,
  type CancelResult,
  type RetryResult,
  type TaskQuery,
} from '../../main/light.ts'
import { ask } from '../ask.ts'
import { changing, type Changing } from '../changing.ts'
import { reading, type Reading } from '../door.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { parseFilter } from '../filter.ts'
import { count, counted } from '../format.ts'
import { jsonLine, oneLine, type Output } from '../output.ts'
import { storePath } from '../store-options.ts'
import type { BulkFlags } from './flags.ts'
import { ANSWERS, type BulkVerb } from './verb.ts'

/** A command line and what it is about. */
interface Job {
  readonly verb: BulkVerb
  readonly flags: BulkFlags
  readonly output: Output
}

/** `octopus retry` and `octopus cancel`: named tasks at once, those of a filter once somebody said yes. */
export async function bulk(
  verb: BulkVerb,
  ids: readonly string[],
  flags: BulkFlags,
  output: Output,
): Promise<ExitCode> {
  const query = chosen(verb, ids, flags.query)
  const store = await storePath(flags, cwd())
  const job = { verb, flags, output }
  if (ids.length > 0 && flags.dryRun !== true) return actOn(job, store, ids)
  // The store is not held while a person thinks.
  const targets = await reading(store, (door) => find(door, query))
  if (flags.dryRun === true) return tellDryRun(job, targets)
  if (targets.size > 0)
    return (await allowed(job, targets)) ? actOn(job, store, [...targets.keys()]) : EXIT.ok
  output.message('no task fits\n')
  return EXIT.ok
}

function actOn(job: Job, store: string, ids: readonly string[]): Promise<ExitCode> {
  const { flags, output } = job
  return changing(store, flags, output, { types: false }, (door) => act(job, door, ids))
}

/** @throws OctopusError E_USAGE unless it is either ids or a filter */
function chosen(verb: BulkVerb, ids: readonly string[], filter: string | undefined): TaskQuery {
  if (ids.length > 0 === (filter !== undefined))
    throw new OctopusError('E_USAGE', `octopus ${verb.name} takes either ids or a filter`, {
      hint: `For example: octopus ${verb.name} night/17, or octopus ${verb.name} -q 'id:night/*'.`,
    })
  if (filter === undefined) return { ids }
  const query = parseFilter(filter, systemClock.wallMs())
  if (Object.keys(query).length === 0)
    throw new OctopusError('E_USAGE', 'an empty filter is every task', {
      hint: "Say what is meant: for example -q 'arm:batch', or -q 'older:0s' for all.",
    })
  return query.states === undefined ? { ...query, states: verb.states } : query
}

/** Ids and what they are: a line of each, for counting and asking. */
type Targets = ReadonlyMap<string, string>

async function find(door: Reading, query: TaskQuery): Promise<Targets> {
  const targets = new Map<string, string>()
  let after: number | undefined = 0
  while (after !== undefined) {
    const page = await door.list({ ...query, limit: 1_000, after })
    for (const { id, arm, type, state } of page.tasks)
      targets.set(id, `${arm}/${oneLine(type)} ${state}`)
    after = page.next
  }
  return targets
}

function tellDryRun({ verb, flags, output }: Job, targets: Targets): ExitCode {
  if (flags.json === true)
    for (const id of targets.keys()) output.result(jsonLine({ v: 1, ev: `${verb.name}.would`, id }))
  else output.result(`would ${verb.name} ${counted(targets.size, 'task')}${kindsOf(targets)}\n`)
  return EXIT.ok
}

const KINDS_SHOWN = 8

/** `: 3 batch/resize failed, 1 builds/tsc failed` */
function kindsOf(targets: Targets): string {
  const kinds = new Map<string, number>()
  for (const kind of targets.values()) kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
  const sorted = [...kinds].sort(([, one], [, other]) => other - one)
  const shown = sorted.slice(0, KINDS_SHOWN).map(([kind, tasks]) => `${count(tasks)} ${kind}`)
  if (sorted.length > KINDS_SHOWN) shown.push('…')
  return shown.length === 0 ? '' : `: ${shown.join(', ')}`
}

/** @throws OctopusError E_USAGE when nobody can be asked */
async function allowed({ verb, flags, output }: Job, targets: Targets): Promise<boolean> {
  if (flags.yes === true) return true
  const what = `${verb.name} ${counted(targets.size, 'task')}`
  const answer = await ask(`${what}${kindsOf(targets)}?`, output, { enterMeans: 'no' })
  if (answer === 'nobody')
    throw new OctopusError(
      'E_USAGE',
      `to ${what} by a filter needs a yes, and nobody can be asked`,
      {
        hint: 'Add --yes, or look first with --dry-run. Nothing was done.',
      },
    )
  if (answer === 'no') output.message('nothing was done\n')
  return answer === 'yes'
}

/** How many are under way at once: the owner writes what comes together in one transaction. */
const AT_ONCE = 256

async function act(job: Job, door: Changing, ids: readonly string[]): Promise<ExitCode> {
  const { verb, flags, output } = job
  const counts = new Map<CancelResult | RetryResult, number>()
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const part = ids.slice(at, at + AT_ONCE)
    const answers = await Promise.all(part.map((id) => verb.act(door.octopus, id)))
    for (const [index, answer] of answers.entries()) {
      counts.set(answer, (counts.get(answer) ?? 0) + 1)
      tellOne(job, part[index] ?? '', answer)
    }
  }
  const told = [...counts]
    .map(([answer, tasks]) => `${count(tasks)} ${ANSWERS[answer].word}`)
    .join(', ')
  if (flags.json !== true) output.result(`${told}\n`)
  if (!door.runs && counts.has('retried'))
    output.message('no engine runs: they wait for octopus start\n')
  return [...counts.keys()].every((answer) => ANSWERS[answer].done) ? EXIT.ok : EXIT.failed
}

/** What could not be done is told by id; with --json every id is. */
function tellOne(
  { verb, flags, output }: Job,
  id: string,
  answer: CancelResult | RetryResult,
): void {
  const { done, text } = ANSWERS[answer]
  if (flags.json === true)
    output.result(jsonLine({ v: 1, ev: `task.${verb.name}`, id, result: answer }))
  if (!done) output.message(`${output.paintMessage('red', '✖')} ${oneLine(id)}: ${text}\n`)
}
