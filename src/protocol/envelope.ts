import protobuf from 'protobufjs/minimal.js'
import { octopus } from './generated/octopus.js'
import type { LogLevel, LogLine } from './host.ts'
import { isFailureReason, type Failure, type Outcome } from './outcome.ts'
import type { Backoff, PayloadBytes, StoredTask } from './task.ts'

/**
 * The wire: values to bytes and back, for what crosses a thread and what the store keeps. The only user of protobufjs.
 * Decoding happens only on bytes that were bounded before: a batch by the payload cap, a region by its size, a stored
 * row by what was accepted.
 */
const v1 = octopus.v1

/** One attempt on its way to a thread. */
export interface Assignment {
  readonly seq: number
  readonly attempt: number
  /** Attempts of earlier runs of the task. */
  readonly attemptsBefore: number
  readonly task: StoredTask
  readonly checkpoint: Uint8Array | undefined
}

/** What main needs to send of an attempt: the stored bytes pass through unread. */
export interface AssignmentBytes {
  readonly seq: number
  readonly attempt: number
  readonly attemptsBefore: number
  readonly envelope: Uint8Array
  readonly checkpoint: Uint8Array | undefined
}

/** How one attempt ended, as the thread tells it. */
export interface Report {
  /** Position in the batch. */
  readonly index: number
  /** Monotonic ms. */
  readonly startedAtMs: number
  readonly runMs: number
  /** Undefined for log lines that left before the end. */
  readonly outcome: Outcome | undefined
  readonly logs: readonly LogLine[]
  /** The failure surfaced after its task had ended. */
  readonly late: boolean
  /** Kinds of resources it left behind. */
  readonly leftovers: readonly string[]
}

export function encodeStoredTask(task: StoredTask): Uint8Array {
  const { payload, backoff, dependsOn, ...rest } = task
  return v1.StoredTask.encode({
    ...rest,
    payload: payload.bytes,
    payloadBinary: payload.binary,
    ...(backoff === undefined ? {} : { backoff: backoffMessage(backoff) }),
    ...(dependsOn === undefined ? {} : { dependsOn: [...dependsOn] }),
  }).finish()
}

/** encodeStoredTask for a task with nothing but a type and a payload: half the cost, and most tasks are that. */
export function encodePlainTask(
  type: string,
  payload: PayloadBytes,
  createdAtMs: number,
): Uint8Array {
  const writer = protobuf.Writer.create().uint32(TAG_TYPE).string(type)
  if (payload.bytes.byteLength > 0) writer.uint32(TAG_PAYLOAD).bytes(payload.bytes)
  if (payload.binary) writer.uint32(TAG_PAYLOAD_BINARY).bool(true)
  return writer.uint32(TAG_CREATED_AT).double(createdAtMs).finish()
}

// Field numbers of StoredTask, shifted by the wire type.
const TAG_TYPE = (1 << 3) | 2
const TAG_PAYLOAD = (3 << 3) | 2
const TAG_PAYLOAD_BINARY = (4 << 3) | 0
const TAG_CREATED_AT = (5 << 3) | 1
const TAG_TIMEOUT = (8 << 3) | 1

/** The one field that dispatch needs of a StoredTask, without decoding the rest. */
export function ownTimeoutMs(envelope: Uint8Array): number | undefined {
  const reader = protobuf.Reader.create(envelope)
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag === TAG_TIMEOUT) return reader.double()
    reader.skipType(tag & 7)
  }
  return undefined
}

export function decodeStoredTask(bytes: Uint8Array): StoredTask {
  return storedTask(v1.StoredTask.decode(bytes))
}

/** All attempts of a batch in one buffer of their exact size, ready to be transferred. */
export function encodeBatch(assignments: readonly AssignmentBytes[]): Uint8Array<ArrayBuffer> {
  const writer = protobuf.Writer.create()
  for (const { seq, attempt, attemptsBefore, envelope, checkpoint } of assignments) {
    writer
      .uint32(TAG_ASSIGNMENT)
      .fork()
      .uint32(TAG_SEQ)
      .double(seq)
      .uint32(TAG_ATTEMPT)
      .uint32(attempt)
    writer.uint32(TAG_TASK).bytes(envelope)
    if (checkpoint !== undefined) writer.uint32(TAG_CHECKPOINT).bytes(checkpoint)
    if (attemptsBefore > 0) writer.uint32(TAG_ATTEMPTS_BEFORE).uint32(attemptsBefore)
    writer.ldelim()
  }
  // finish() returns a window into a shared pool, which cannot be transferred.
  return new Uint8Array(writer.finish())
}

// Field numbers of AssignmentBatch and Assignment, shifted by the wire type. Written by hand here and nowhere else:
// this runs for every task, and the generated encoder allocates a message object for each.
const TAG_ASSIGNMENT = (1 << 3) | 2
const TAG_SEQ = (1 << 3) | 1
const TAG_ATTEMPT = (2 << 3) | 0
const TAG_TASK = (3 << 3) | 2
const TAG_CHECKPOINT = (4 << 3) | 2
const TAG_ATTEMPTS_BEFORE = (5 << 3) | 0

export function decodeBatch(bytes: Uint8Array): Assignment[] {
  return v1.AssignmentBatch.decode(bytes).assignments.map((assignment) => ({
    seq: assignment.seq ?? 0,
    attempt: assignment.attempt ?? 0,
    attemptsBefore: assignment.attemptsBefore ?? 0,
    task: decodeStoredTask(assignment.task ?? EMPTY),
    checkpoint: present(assignment.checkpoint),
  }))
}

/** Length-delimited, so that reports can be appended one after the other. */
export function encodeReport(report: Report): Uint8Array {
  const { index, startedAtMs, runMs, outcome, logs, late, leftovers } = report
  return v1.Report.encode(
    {
      index,
      startedAtMs,
      runMs,
      ...(outcome === undefined ? {} : outcomeMessage(outcome)),
      ...(logs.length === 0 ? {} : { logs: logs.map(logMessage) }),
      ...(late ? { late } : {}),
      ...(leftovers.length === 0 ? {} : { leftovers: [...leftovers] }),
    },
    protobuf.Writer.create().fork(),
  )
    .ldelim()
    .finish()
}

/** Every report in the bytes; results are copies, because the bytes are shared memory that will be used again. */
export function decodeReports(bytes: Uint8Array): Report[] {
  const reader = protobuf.Reader.create(bytes)
  const reports: Report[] = []
  while (reader.pos < reader.len) {
    const length = reader.uint32()
    reports.push(
      plainReport(reader, reader.pos + length) ?? reportOf(v1.Report.decode(reader, length)),
    )
  }
  return reports
}

/**
 * A report of success without a result, which is what most reports of tiny tasks are. Undefined, with the reader back
 * where it was, for any other.
 */
function plainReport(reader: protobuf.Reader, end: number): Report | undefined {
  const start = reader.pos
  let index = 0
  let startedAtMs = 0
  let runMs = 0
  let succeeded = false
  while (reader.pos < end) {
    const tag = reader.uint32()
    if (tag === TAG_INDEX) index = reader.uint32()
    else if (tag === TAG_STARTED_AT) startedAtMs = reader.double()
    else if (tag === TAG_RUN) runMs = reader.double()
    else if (tag === TAG_SUCCESS && reader.uint32() === 0) succeeded = true
    else {
      reader.pos = start
      return undefined
    }
  }
  const outcome = succeeded ? SUCCEEDED : undefined
  return { index, startedAtMs, runMs, outcome, logs: NOTHING, late: false, leftovers: NOTHING }
}

// Field numbers of Report, shifted by the wire type.
const TAG_INDEX = (1 << 3) | 0
const TAG_STARTED_AT = (2 << 3) | 1
const TAG_RUN = (3 << 3) | 1
const TAG_SUCCESS = (4 << 3) | 2
const NOTHING: readonly never[] = []
const SUCCEEDED: Outcome = {
  kind: 'succeeded',
  result: { bytes: new Uint8Array(0), binary: false },
}

export function encodeOutcome(outcome: Outcome): Uint8Array {
  return new Uint8Array(v1.Report.encode(outcomeMessage(outcome)).finish())
}

export function decodeOutcome(bytes: Uint8Array): Outcome {
  return outcomeOf(v1.Report.decode(bytes))
}

export function encodeLogs(logs: readonly LogLine[]): Uint8Array {
  return new Uint8Array(v1.Report.encode({ logs: logs.map(logMessage) }).finish())
}

export function decodeLogs(bytes: Uint8Array): LogLine[] {
  return logsOf(v1.Report.decode(bytes))
}

const EMPTY = new Uint8Array(0)

function present(bytes: Uint8Array | null | undefined): Uint8Array | undefined {
  return bytes === null || bytes === undefined || bytes.byteLength === 0 ? undefined : bytes
}

function storedTask(message: octopus.v1.StoredTask.$Properties): StoredTask {
  const hash = present(message.payloadHash)
  return {
    type: message.type ?? '',
    payload: { bytes: message.payload ?? EMPTY, binary: message.payloadBinary === true },
    createdAtMs: message.createdAtMs ?? 0,
    ...(message.id ? { id: message.id } : {}),
    ...(message.attemptsMax ? { attemptsMax: message.attemptsMax } : {}),
    ...(message.backoff ? { backoff: backoffOf(message.backoff) } : {}),
    ...(message.timeoutMs ? { timeoutMs: message.timeoutMs } : {}),
    ...(message.expiresAtMs ? { expiresAtMs: message.expiresAtMs } : {}),
    ...(message.dependsOn?.length ? { dependsOn: message.dependsOn } : {}),
    ...(message.uniqueKey ? { uniqueKey: message.uniqueKey } : {}),
    ...(message.concurrencyKey ? { concurrencyKey: message.concurrencyKey } : {}),
    ...(message.cronOrigin ? { cronOrigin: message.cronOrigin } : {}),
    ...(message.traceparent ? { traceparent: message.traceparent } : {}),
    ...(hash ? { payloadHash: hash } : {}),
  }
}

function backoffMessage(backoff: Backoff): octopus.v1.Backoff.$Properties {
  const { minMs, maxMs, jitter } = backoff
  return {
    kind: backoff.kind === 'fixed' ? v1.Backoff.Kind.KIND_FIXED : v1.Backoff.Kind.KIND_EXPONENTIAL,
    minMs,
    maxMs,
    jitter,
  }
}

function backoffOf(message: octopus.v1.Backoff.$Properties): Backoff {
  return {
    kind: message.kind === v1.Backoff.Kind.KIND_FIXED ? 'fixed' : 'exponential',
    minMs: message.minMs ?? 0,
    maxMs: message.maxMs ?? 0,
    jitter: message.jitter === true,
  }
}

function reportOf(message: octopus.v1.Report.$Properties): Report {
  return {
    index: message.index ?? 0,
    startedAtMs: message.startedAtMs ?? 0,
    runMs: message.runMs ?? 0,
    outcome: message.success || message.failure ? outcomeOf(message) : undefined,
    logs: logsOf(message),
    late: message.late === true,
    leftovers: message.leftovers ?? [],
  }
}

function outcomeMessage(outcome: Outcome): octopus.v1.Report.$Properties {
  if (outcome.kind === 'failed') return { failure: failureMessage(outcome.failure) }
  const { bytes, binary } = outcome.result
  return {
    success: {
      ...(bytes.byteLength === 0 ? {} : { result: bytes }),
      ...(binary ? { binary } : {}),
    },
  }
}

function outcomeOf(message: octopus.v1.Report.$Properties): Outcome {
  if (message.failure) return { kind: 'failed', failure: failureOf(message.failure) }
  const result = present(message.success?.result)
  const bytes = result === undefined ? EMPTY : new Uint8Array(result)
  return { kind: 'succeeded', result: { bytes, binary: message.success?.binary === true } }
}

function failureMessage(failure: Failure): octopus.v1.Failure.$Properties {
  const { cause, ...rest } = failure
  return { ...rest, ...(cause === undefined ? {} : { cause: failureMessage(cause) }) }
}

function failureOf(message: octopus.v1.Failure.$Properties): Failure {
  const reason = message.reason ?? ''
  return {
    reason: isFailureReason(reason) ? reason : 'threw',
    message: message.message ?? '',
    ...(message.name ? { name: message.name } : {}),
    ...(message.code ? { code: message.code } : {}),
    ...(message.stack ? { stack: message.stack } : {}),
    ...(message.cause ? { cause: failureOf(message.cause) } : {}),
    ...(message.final ? { final: true } : {}),
    ...(message.retryAfterMs ? { retryAfterMs: message.retryAfterMs } : {}),
  }
}

function logMessage(line: LogLine): octopus.v1.LogLine.$Properties {
  return { atMs: line.atMs, level: line.level, text: line.text }
}

function logsOf(message: octopus.v1.Report.$Properties): LogLine[] {
  return (message.logs ?? []).map((line) => ({
    atMs: line.atMs ?? 0,
    level: levelOf(line.level),
    text: line.text ?? '',
  }))
}

function levelOf(level: string | null | undefined): LogLevel {
  return level === 'debug' || level === 'warn' || level === 'error' ? level : 'info'
}
