import type { AcceptedTask, AnswerBody, TaskToEnqueue } from '../../protocol/control-frame.ts'
import { OctopusError } from '../../protocol/errors.ts'
import { fromPayloadBytes } from '../../protocol/json.ts'
import type { Engine } from '../engine.ts'
import type { EnqueueOptions } from '../../protocol/task-spec.ts'
import { checkedSpec } from '../prepare.ts'
import type { NewTask } from '../store/store.ts'
import { faultOf } from './fault.ts'

/** Tasks of single calls: each is accepted or refused for itself. They reach the store in one write. */
export async function takeEach(
  { intake, completions }: Engine,
  tasks: readonly TaskToEnqueue[],
): Promise<AnswerBody> {
  // Counted before, so that none of these can have ended by then.
  const { settledCount } = completions
  const accepted = await Promise.all(
    tasks.map(
      (task) =>
        new Promise<AcceptedTask>((resolve) => {
          const refuse = (error: unknown): void => resolve({ fault: faultOf(error) })
          try {
            const { type, payload, options } = readTask(task)
            intake.enqueue(
              type,
              payload,
              options,
              ({ seq, created }) => resolve({ seq, created, fault: undefined }),
              refuse,
            )
          } catch (error) {
            refuse(error)
          }
        }),
    ),
  )
  // A closing owner: the client keeps all of them for the successor, who knows those that were accepted.
  const closed = accepted.find(({ fault }) => fault?.code === 'E_CLOSED')?.fault
  if (closed !== undefined) return { kind: 'fault', fault: closed }
  return { kind: 'accepted', tasks: accepted, settledCount }
}

/** Why a chunk was refused, and which of its tasks was wrong. */
export class RefusedChunk extends Error {
  readonly at: number

  constructor(at: number, cause: unknown) {
    super('a task of the chunk was refused', { cause })
    this.at = at
  }
}

/** Checks tasks of one chunk. @throws RefusedChunk: then none of them goes to the store */
export async function prepareChunk(
  { intake }: Engine,
  tasks: readonly TaskToEnqueue[],
): Promise<NewTask[]> {
  const prepared: NewTask[] = []
  for (const [at, task] of tasks.entries()) {
    try {
      const { type, payload, options } = readTask(task)
      const one = intake.prepare(type, payload, options)
      prepared.push(one instanceof Promise ? await one : one)
    } catch (error) {
      throw new RefusedChunk(at, error)
    }
  }
  return prepared
}

export async function takeChunk(
  { intake, completions }: Engine,
  tasks: readonly NewTask[],
): Promise<AnswerBody> {
  const { settledCount } = completions
  const accepted = await intake.enqueueAll(tasks)
  const answers = accepted.map(({ seq, created }) => ({ seq, created, fault: undefined }))
  return { kind: 'accepted', tasks: answers, settledCount }
}

interface ReadTask {
  readonly type: string
  readonly payload: unknown
  readonly options: EnqueueOptions
}

function readTask({ type, payload, options }: TaskToEnqueue): ReadTask {
  return { type, payload: fromPayloadBytes(payload), options: optionsFrom(type, options) }
}

/** What each option must be before the checks of `prepareTask`, which trust the caller's types. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  id: ['string'],
  arm: ['string'],
  traceparent: ['string'],
  priority: ['number'],
  attempts: ['number'],
  runAt: ['number'],
  createdAt: ['number'],
  delay: ['number', 'string'],
  ttl: ['number', 'string'],
  timeout: ['number', 'string'],
  backoff: ['object'],
  after: ['object'],
  onParentFailure: ['string'],
  level: ['number'],
}

function optionsFrom(type: string, json: string): EnqueueOptions {
  const value: unknown = json === '' ? {} : JSON.parse(json)
  if (typeof value !== 'object' || value === null) throw badOption('options', 'are no object')
  for (const [name, field] of Object.entries(value)) {
    const kinds = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined
    if (kinds !== undefined && (field === null || !kinds.includes(typeof field)))
      throw badOption(name, `is no ${kinds.join(' or ')}`)
    if (name === 'after' && !isListOfText(field)) throw badOption(name, 'is no list of ids')
  }
  const { type: _, ...options } = checkedSpec({ ...value, type })
  return options
}

function isListOfText(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function badOption(name: string, why: string): OctopusError {
  return new OctopusError('E_USAGE', `${name} ${why}`, {
    hint: 'What can be said of a task is in the docs of EnqueueOptions.',
  })
}
