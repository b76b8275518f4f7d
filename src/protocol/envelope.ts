import protobuf from 'protobufjs/minimal.js'
import { unpackBatch, type Assignment } from './assignment.ts'
import { failureMessage, failureOf } from './failure-message.ts'
import { octopus } from './generated/octopus.js'
import type { LogLevel, LogLine } from './host.ts'
import type { Outcome } from './outcome.ts'
import type { ParentResult, ParentResults } from './parent-results.ts'
import { readSuccess, type Report } from './report.ts'
import { decodePlainTask } from './stored-task.ts'
import { ON_PARENT_FAILURE, type Backoff, type StoredTask } from './task.ts'
import { WireReader } from './wire.ts'

/**
 * The wire: values to bytes and back, for what crosses a thread and what the store keeps. The only user of protobufjs.
 * Decoding happens only on bytes that were bounded before: a batch by the payload cap, a region by its size, a stored
 * row by what was accepted.
 */
const v1 = octopus.v1

export function encodeStoredTask(task: StoredTask): Uint8Array {
  const { payload, backoff, dependsOn, onParentFailure, ...rest } = task
  return v1.StoredTask.encode({
    ...rest,
    payload: payload.bytes,
    payloadBinary: payload.binary,
    ...(backoff === undefined ? {} : { backoff: backoffMessage(backoff) }),
    ...(dependsOn === undefined ? {} : { dependsOn: [...dependsOn] }),
    ...(onParentFailure === undefined
      ? {}
      : { onParentFailure: ON_PARENT_FAILURE.indexOf(onParentFailure) }),
  }).finish()
}

export function decodeStoredTask(bytes: Uint8Array): StoredTask {
  return storedTask(v1.StoredTask.decode(bytes))
}

export function decodeBatch(bytes: Uint8Array): Assignment[] {
  return unpackBatch(bytes).map(
    ({ seq, attempt, attemptsBefore, task, checkpoint, parents, parts }) => ({
      seq,
      attempt,
      attemptsBefore,
      task: decodePlainTask(task) ?? decodeStoredTask(task),
      checkpoint: present(checkpoint),
      parents,
      parts,
    }),
  )
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
  const reader = new WireReader(bytes)
  const reports: Report[] = []
  while (reader.at < reader.end) {
    const length = reader.varint()
    const end = reader.at + length
    reports.push(
      readSuccess(reader, end) ?? reportOf(v1.Report.decode(bytes.subarray(reader.at, end))),
    )
    reader.at = end
  }
  return reports
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

export function encodeParentResults(parents: ParentResults): Uint8Array {
  const message =
    parents.kind === 'too large'
      ? { tooLargeBytes: parents.bytes }
      : { results: parents.results.map(resultMessage) }
  return new Uint8Array(v1.ParentResults.encode(message).finish())
}

export function decodeParentResults(bytes: Uint8Array): ParentResults {
  const { results, tooLargeBytes } = v1.ParentResults.decode(bytes)
  if (tooLargeBytes) return { kind: 'too large', bytes: tooLargeBytes }
  return {
    kind: 'whole',
    results: (results ?? []).map(({ id, result, binary, dropped }) => ({
      id: id ?? '',
      result: dropped ? undefined : { bytes: result ?? EMPTY, binary: binary === true },
    })),
  }
}

function resultMessage({ id, result }: ParentResult): octopus.v1.ParentResult.$Properties {
  if (result === undefined) return { id, dropped: true }
  return { id, result: result.bytes, ...(result.binary ? { binary: true } : {}) }
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
    ...(message.onParentFailure
      ? { onParentFailure: ON_PARENT_FAILURE[message.onParentFailure] ?? 'skip' }
      : {}),
    ...(message.level ? { level: message.level } : {}),
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
