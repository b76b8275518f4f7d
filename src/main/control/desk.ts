import type { AnswerBody, WireRecord } from '../../protocol/control-frame.ts'
import { OctopusError } from '../../protocol/errors.ts'
import { FAILURE_REASONS, type FailureReason } from '../../protocol/outcome.ts'
import { isArmId, TASK_STATES, type ArmId, type TaskState } from '../../protocol/task.ts'
import type { Engine } from '../engine.ts'
import type { Intake } from '../intake.ts'
import type { InspectedTask } from '../inspected.ts'
import type { OctopusStatus } from '../status.ts'
import type { CancelResult, RetryResult, TaskQuery } from '../store/store.ts'
import { bytesOf, recordOf } from './record.ts'

/** The part of an `Octopus` that other processes may use. */
export interface Desk {
  get(id: string): Promise<InspectedTask | undefined>
  list(query: TaskQuery): Promise<TaskPage>
  status(): OctopusStatus
  types(): readonly string[]
  cancel(id: string): Promise<CancelResult>
  retry(id: string): Promise<RetryResult>
  start(): void
  pause(arm?: ArmId): void
  resume(arm?: ArmId): void
  setArm(arm: ArmId, change: ArmChange): void
  drain(): Promise<void>
}

export interface TaskPage {
  readonly tasks: readonly InspectedTask[]
  readonly next: number | undefined
}

export interface ArmChange {
  readonly maxParallel?: number
  readonly enabled?: boolean
}

type Question = (
  desk: Desk,
  args: readonly unknown[],
  engine: Engine,
) => AnswerBody | Promise<AnswerBody>

/**
 * Everything that can be asked by name. Asked again after a lost connection, each leads to the same state; but a `retry`
 * whose answer was lost gives another run to a task that has ended once more in between.
 */
const QUESTIONS: Readonly<Record<string, Question>> = {
  status: (desk) => json(desk.status()),
  types: (desk) => json(desk.types()),
  get: (desk, [id]) => one(desk, text(id, 'id')),
  list: (desk, [query]) => page(desk, queryFrom(query ?? {})),
  known: async (_, [ids], { intake }) => recorded(intake, list(ids, 'ids', text)),
  cancel: async (desk, [id]) => json(await desk.cancel(text(id, 'id'))),
  retry: async (desk, [id]) => json(await desk.retry(text(id, 'id'))),
  start: (desk) => json(desk.start()),
  pause: (desk, [arm]) => json(desk.pause(armOrAll(arm))),
  resume: (desk, [arm]) => json(desk.resume(armOrAll(arm))),
  setArm: (desk, [arm, change]) => json(desk.setArm(armFrom(arm), changeFrom(change))),
  drain: async (desk) => json(await desk.drain()),
}

/** @throws OctopusError of what was asked, and E_USAGE for what cannot be asked */
export async function answerQuestion(
  desk: Desk,
  engine: Engine,
  question: string,
  args: string,
): Promise<AnswerBody> {
  const answer = Object.hasOwn(QUESTIONS, question) ? QUESTIONS[question] : undefined
  if (answer === undefined) throw unusable('question', `'${question}' is not known`)
  const given: unknown = JSON.parse(args)
  if (!Array.isArray(given)) throw unusable('arguments', 'are no list')
  return answer(desk, given, engine)
}

/** What returns nothing answers with null. */
function json(value: unknown): AnswerBody {
  return { kind: 'json', json: JSON.stringify(value ?? null) }
}

/** Which of these ids tasks have. */
async function recorded(intake: Intake, ids: readonly string[]): Promise<AnswerBody> {
  const isKnown = await intake.known(ids)
  return json(ids.filter((id) => isKnown(id)))
}

async function one(desk: Desk, id: string): Promise<AnswerBody> {
  const task = await desk.get(id)
  return { kind: 'records', records: task === undefined ? [] : [recordOf(task)], next: undefined }
}

/** A page is read in steps and ends early when it grows heavy: a thousand records may be a GiB. */
const STEP_TASKS = 16
const PAGE_BYTES = 8 * 1024 * 1024
const PAGE_TASKS_MAX = 1_000

async function page(desk: Desk, query: TaskQuery): Promise<AnswerBody> {
  const limit = Math.min(query.limit ?? 100, PAGE_TASKS_MAX)
  const records: WireRecord[] = []
  let bytes = 0
  let next = query.after
  do {
    const step = Math.min(STEP_TASKS, limit - records.length)
    const after = next === undefined ? {} : { after: next }
    const found = await desk.list({ ...query, ...after, limit: step })
    for (const record of found.tasks.map(recordOf)) {
      records.push(record)
      bytes += bytesOf(record)
    }
    next = found.next
  } while (next !== undefined && records.length < limit && bytes < PAGE_BYTES)
  return { kind: 'records', records, next }
}

function text(value: unknown, name: string): string {
  if (typeof value === 'string') return value
  throw unusable(name, 'is no text')
}

function whole(value: unknown, name: string): number {
  if (typeof value === 'number' && Number.isInteger(value)) return value
  throw unusable(name, 'is no whole number')
}

function fields(value: unknown, name: string): Map<string, unknown> {
  if (typeof value === 'object' && value !== null) return new Map(Object.entries(value))
  throw unusable(name, 'is no object')
}

function armFrom(value: unknown): ArmId {
  if (isArmId(value)) return value
  throw new OctopusError('E_UNKNOWN_ARM', `there is no arm '${String(value)}'`, {
    hint: 'See status().arms.',
  })
}

function armOrAll(value: unknown): ArmId | undefined {
  return value === undefined || value === null ? undefined : armFrom(value)
}

function changeFrom(value: unknown): ArmChange {
  const change = fields(value, 'change')
  const enabled = change.get('enabled')
  if (enabled !== undefined && typeof enabled !== 'boolean')
    throw unusable('enabled', 'is neither true nor false')
  const maxParallel = change.get('maxParallel')
  return {
    ...(enabled === undefined ? {} : { enabled }),
    ...(maxParallel === undefined ? {} : { maxParallel: whole(maxParallel, 'maxParallel') }),
  }
}

/** A field that a query gets is one that this table must read. */
const QUERY_FIELDS: {
  readonly [Name in keyof Required<TaskQuery>]: (field: unknown, name: string) => TaskQuery[Name]
} = {
  ids: (field, name) => list(field, name, text),
  states: (field, name) => list(field, name, stateFrom),
  arm: armFrom,
  type: text,
  idPrefix: text,
  createdUntilMs: real,
  createdSinceMs: real,
  reason: reasonFrom,
  limit: whole,
  after: whole,
}

function queryFrom(value: unknown): TaskQuery {
  const readers = new Map(Object.entries(QUERY_FIELDS))
  const query = [...fields(value, 'query')].map(([name, field]) => {
    const read = readers.get(name)
    if (read === undefined) throw unusable(name, 'is nothing a query asks for')
    return [name, read(field, name)] as const
  })
  return Object.fromEntries(query)
}

function list<T>(value: unknown, name: string, read: (item: unknown, name: string) => T): T[] {
  if (!Array.isArray(value)) throw unusable(name, 'is no list')
  return value.map((item: unknown) => read(item, name))
}

function reasonFrom(value: unknown, name: string): FailureReason {
  const reason = FAILURE_REASONS.find((known) => known === value)
  if (reason !== undefined) return reason
  throw unusable(name, `'${String(value)}' is no reason of a failure`)
}

function real(value: unknown, name: string): number {
  if (typeof value === 'number') return value
  throw unusable(name, 'is no number')
}

function stateFrom(value: unknown, name: string): TaskState {
  const state = TASK_STATES.find((known) => known === value)
  if (state !== undefined) return state
  throw unusable(name, `holds '${String(value)}', which is no state`)
}

function unusable(name: string, why: string): OctopusError {
  return new OctopusError('E_USAGE', `${name} ${why}`, { hint: 'Nothing was done.' })
}
