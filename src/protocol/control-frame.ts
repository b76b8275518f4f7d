import { failureMessage, failureOf } from './failure-message.ts'
import { octopus } from './generated/control.js'
import type { Progress } from './host.ts'
import type { Failure } from './outcome.ts'
import type { PayloadBytes } from './task.ts'

/**
 * The wire of the control socket: values to messages and back. Beside envelope.ts the only user of generated code. What
 * is decoded here comes from another process: it was bounded by `FrameSplitter`, and every field is looked at.
 */
const v1 = octopus.v1

export const CONTROL_PROTOCOL = 1
const MAGIC = 'octopus-control'

/** A greeting is small: nothing larger is read from somebody who has not said who they are. */
export const HELLO_BYTES_MAX = 4_096
/** Beside its payloads a frame has ids and options. */
export const FRAME_SLACK_BYTES = 4 * 1024 * 1024

export interface Hello {
  readonly protocol: number
  readonly engine: string
  readonly pid: number
  /** Device and inode of the store's file; empty when the client does not see it. */
  readonly store: string
  /** Of the owner; 0 from a client. */
  readonly payloadBytesMax: number
}

export interface TaskToEnqueue {
  readonly type: string
  readonly payload: PayloadBytes
  /** EnqueueOptions as JSON. */
  readonly options: string
}

/** Which task, and what its client knows of it. */
export interface TaskRef {
  readonly seq: number
  readonly id: string | undefined
  readonly sinceSettled: number
}

export type RequestBody =
  | {
      readonly kind: 'enqueue'
      readonly tasks: readonly TaskToEnqueue[]
      readonly together: boolean
    }
  | { readonly kind: 'end'; readonly task: TaskRef }
  | { readonly kind: 'progress'; readonly task: TaskRef }
  | { readonly kind: 'watch'; readonly kinds: readonly string[] }
  | { readonly kind: 'stop' }
  | { readonly kind: 'ask'; readonly question: string; readonly args: string }

export type Request = RequestBody & { readonly call: number }

/** An error on its way to the client that caused it. */
export interface Fault {
  /** Of an OctopusError; empty for any other error. */
  readonly code: string
  readonly hint: string | undefined
  readonly task: string | undefined
  readonly arm: string | undefined
  readonly error: Failure
  /** Which of the tasks that were enqueued together. */
  readonly at: number
}

export type AcceptedTask =
  | { readonly seq: number; readonly created: boolean; readonly fault: undefined }
  | { readonly fault: Fault }

export interface WireRecord {
  /** All but payload and result, as JSON. */
  readonly json: string
  readonly payload: PayloadBytes | undefined
  readonly result: PayloadBytes | undefined
}

export type AnswerBody =
  | {
      readonly kind: 'accepted'
      readonly tasks: readonly AcceptedTask[]
      readonly settledCount: number
    }
  | { readonly kind: 'succeeded'; readonly result: PayloadBytes }
  | { readonly kind: 'failed'; readonly state: 'failed' | 'cancelled'; readonly failure: Failure }
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'event'; readonly json: string; readonly result: PayloadBytes | undefined }
  | { readonly kind: 'json'; readonly json: string }
  | {
      readonly kind: 'records'
      readonly records: readonly WireRecord[]
      readonly next: number | undefined
    }
  | { readonly kind: 'fault'; readonly fault: Fault }

export type Answer = AnswerBody & { readonly call: number }

export function encodeHello(hello: Hello): Uint8Array {
  return v1.Hello.encode({ magic: MAGIC, ...hello }).finish()
}

/** Undefined when it is no greeting of ours. */
export function decodeHello(bytes: Uint8Array): Hello | undefined {
  const hello = attempt(() => v1.Hello.decode(bytes))
  if (hello?.magic !== MAGIC) return undefined
  const { protocol, engine, pid, store, payloadBytesMax } = hello
  return {
    protocol: protocol ?? 0,
    engine: engine ?? '',
    pid: pid ?? 0,
    store: store ?? '',
    payloadBytesMax: payloadBytesMax ?? 0,
  }
}

export function encodeRequest(request: Request): Uint8Array {
  return v1.Request.encode({ call: request.call, ...requestMessage(request) }).finish()
}

/** Undefined when it is no request. */
export function decodeRequest(bytes: Uint8Array): Request | undefined {
  const message = attempt(() => v1.Request.decode(bytes))
  const body = message === undefined ? undefined : requestBody(message)
  return body === undefined ? undefined : { call: message?.call ?? 0, ...body }
}

export function encodeAnswer(answer: Answer): Uint8Array {
  return v1.Answer.encode({ call: answer.call, ...answerMessage(answer) }).finish()
}

/** Undefined when it is no answer. */
export function decodeAnswer(bytes: Uint8Array): Answer | undefined {
  const message = attempt(() => v1.Answer.decode(bytes))
  const body = message === undefined ? undefined : answerBody(message)
  return body === undefined ? undefined : { call: message?.call ?? 0, ...body }
}

function requestMessage(request: RequestBody): octopus.v1.Request.$Properties {
  switch (request.kind) {
    case 'enqueue': {
      const { tasks, together } = request
      return { enqueue: { tasks: tasks.map((task) => ({ ...task })), together } }
    }
    case 'end':
      return { end: refMessage(request.task) }
    case 'progress':
      return { progress: refMessage(request.task) }
    case 'watch':
      return { watch: { kinds: [...request.kinds] } }
    case 'stop':
      return { stop: true }
    case 'ask':
      return { ask: { question: request.question, arguments: request.args } }
  }
}

function requestBody(message: octopus.v1.Request.$Properties): RequestBody | undefined {
  const { enqueue, end, progress, watch, ask } = message
  if (enqueue) {
    const tasks = (enqueue.tasks ?? []).map(({ type, payload, options }) => ({
      type: type ?? '',
      payload: payloadOf(payload),
      options: options ?? '',
    }))
    return { kind: 'enqueue', tasks, together: enqueue.together === true }
  }
  if (end) return { kind: 'end', task: refOf(end) }
  if (progress) return { kind: 'progress', task: refOf(progress) }
  if (watch) return { kind: 'watch', kinds: watch.kinds ?? [] }
  if (message.stop) return { kind: 'stop' }
  if (ask) return { kind: 'ask', question: ask.question ?? '', args: ask.arguments ?? '' }
  return undefined
}

function answerMessage(answer: AnswerBody): octopus.v1.Answer.$Properties {
  switch (answer.kind) {
    case 'accepted': {
      const { tasks, settledCount } = answer
      return { accepted: { tasks: tasks.map(acceptedMessage), settledCount } }
    }
    case 'succeeded': {
      const { bytes, binary } = answer.result
      return { ended: { state: 'succeeded', success: { result: bytes, binary } } }
    }
    case 'failed':
      return { ended: { state: answer.state, failure: failureMessage(answer.failure) } }
    case 'progress':
      return { progress: answer.progress }
    case 'event': {
      const { json, result } = answer
      return { event: { json, ...(result === undefined ? {} : { result }) } }
    }
    case 'json':
      return { json: answer.json }
    case 'records':
      return { records: { records: answer.records.map(recordMessage), next: answer.next ?? 0 } }
    case 'fault':
      return { fault: faultMessage(answer.fault) }
  }
}

function answerBody(message: octopus.v1.Answer.$Properties): AnswerBody | undefined {
  const { accepted, ended, progress, event, json, records, fault } = message
  if (accepted) {
    const tasks = (accepted.tasks ?? []).map(acceptedOf)
    return { kind: 'accepted', tasks, settledCount: accepted.settledCount ?? 0 }
  }
  if (ended) return endOf(ended)
  if (progress) return { kind: 'progress', progress: progressOf(progress) }
  if (event) {
    const result = event.result ? payloadOf(event.result) : undefined
    return { kind: 'event', json: event.json ?? '', result }
  }
  if (records) {
    const all = (records.records ?? []).map(recordOf)
    return { kind: 'records', records: all, next: records.next || undefined }
  }
  if (fault) return { kind: 'fault', fault: faultOf(fault) }
  return typeof json === 'string' ? { kind: 'json', json } : undefined
}

function endOf(ended: octopus.v1.TaskEnd.$Properties): AnswerBody | undefined {
  const { state, success, failure } = ended
  if (failure) {
    const kept = state === 'cancelled' ? 'cancelled' : 'failed'
    return { kind: 'failed', state: kept, failure: failureOf(failure) }
  }
  if (!success) return undefined
  const { result, binary } = success
  return { kind: 'succeeded', result: { bytes: result ?? EMPTY, binary: binary === true } }
}

function refMessage({ seq, id, sinceSettled }: TaskRef): octopus.v1.TaskRef.$Properties {
  return { seq, sinceSettled, ...(id === undefined ? {} : { id }) }
}

function refOf({ seq, id, sinceSettled }: octopus.v1.TaskRef.$Properties): TaskRef {
  return { seq: seq ?? 0, id: id || undefined, sinceSettled: sinceSettled ?? 0 }
}

function acceptedMessage(task: AcceptedTask): octopus.v1.AcceptedTask.$Properties {
  if (task.fault !== undefined) return { fault: faultMessage(task.fault) }
  return { seq: task.seq, ...(task.created ? {} : { existing: true }) }
}

function acceptedOf({ seq, existing, fault }: octopus.v1.AcceptedTask.$Properties): AcceptedTask {
  if (fault) return { fault: faultOf(fault) }
  return { seq: seq ?? 0, created: existing !== true, fault: undefined }
}

function recordMessage({ json, payload, result }: WireRecord): octopus.v1.Record.$Properties {
  return {
    json,
    ...(payload === undefined ? {} : { payload }),
    ...(result === undefined ? {} : { result }),
  }
}

function recordOf({ json, payload, result }: octopus.v1.Record.$Properties): WireRecord {
  return {
    json: json ?? '',
    payload: payload ? payloadOf(payload) : undefined,
    result: result ? payloadOf(result) : undefined,
  }
}

function progressOf({ done, total, note }: octopus.v1.TaskProgress.$Properties): Progress {
  return { done: done ?? 0, ...(total == null ? {} : { total }), ...(note == null ? {} : { note }) }
}

function faultMessage(fault: Fault): octopus.v1.Fault.$Properties {
  const { code, hint, task, arm, error, at } = fault
  return {
    code,
    at,
    error: failureMessage(error),
    ...(hint === undefined ? {} : { hint }),
    ...(task === undefined ? {} : { task }),
    ...(arm === undefined ? {} : { arm }),
  }
}

function faultOf({ code, hint, task, arm, error, at }: octopus.v1.Fault.$Properties): Fault {
  return {
    code: code ?? '',
    hint: hint || undefined,
    task: task || undefined,
    arm: arm || undefined,
    error: failureOf(error ?? {}),
    at: at ?? 0,
  }
}

const EMPTY = new Uint8Array(0)

function payloadOf(value: octopus.v1.Value.$Properties | null | undefined): PayloadBytes {
  return { bytes: value?.bytes ?? EMPTY, binary: value?.binary === true }
}

/** Undefined where the bytes are no message: protobufjs says so with errors of several kinds. */
function attempt<Message>(decode: () => Message): Message | undefined {
  try {
    return decode()
  } catch {
    return undefined
  }
}
