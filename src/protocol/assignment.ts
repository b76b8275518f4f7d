import type { StoredTask } from './task.ts'
import { fieldSize, varintSize, WireReader, WireWriter } from './wire.ts'

/** One attempt on its way to a thread. */
export interface Assignment {
  readonly seq: number
  readonly attempt: number
  /** Attempts of earlier runs of the task. */
  readonly attemptsBefore: number
  readonly task: StoredTask
  readonly checkpoint: Uint8Array | undefined
  /** A ParentResults; undefined for a task that waited for nobody. */
  readonly parents: Uint8Array | undefined
  /** PartResults of the parts it was split into; undefined when it was not. */
  readonly parts: Uint8Array | undefined
}

/** What main needs to send of an attempt: the stored bytes pass through unread. */
export interface AssignmentBytes {
  readonly seq: number
  readonly attempt: number
  readonly attemptsBefore: number
  readonly envelope: Uint8Array
  readonly checkpoint: Uint8Array | undefined
  readonly parents: Uint8Array | undefined
  readonly parts: Uint8Array | undefined
}

/** An attempt as it lies in a batch, its task still bytes. */
export interface PackedAssignment {
  readonly seq: number
  readonly attempt: number
  readonly attemptsBefore: number
  readonly task: Uint8Array
  readonly checkpoint: Uint8Array | undefined
  readonly parents: Uint8Array | undefined
  readonly parts: Uint8Array | undefined
}

// Field numbers of AssignmentBatch and Assignment, shifted by the wire type.
const TAG_ASSIGNMENT = (1 << 3) | 2
const TAG_SEQ = (1 << 3) | 1
const TAG_ATTEMPT = (2 << 3) | 0
const TAG_TASK = (3 << 3) | 2
const TAG_CHECKPOINT = (4 << 3) | 2
const TAG_ATTEMPTS_BEFORE = (5 << 3) | 0
const TAG_PARENTS = (6 << 3) | 2
const TAG_PARTS = (7 << 3) | 2

/** All attempts of a batch in one buffer of their exact size, ready to be transferred. */
export function encodeBatch(assignments: readonly AssignmentBytes[]): Uint8Array<ArrayBuffer> {
  let size = 0
  for (const assignment of assignments) size += fieldSize(sizeOf(assignment))
  const bytes = new Uint8Array(size)
  const writer = new WireWriter(bytes)
  for (const assignment of assignments) write(writer, assignment)
  return bytes
}

function sizeOf(assignment: AssignmentBytes): number {
  const { attempt, attemptsBefore, envelope, checkpoint, parents, parts } = assignment
  const left = checkpoint === undefined ? 0 : fieldSize(checkpoint.byteLength)
  const done = parts === undefined ? 0 : fieldSize(parts.byteLength)
  const before = attemptsBefore === 0 ? 0 : 1 + varintSize(attemptsBefore)
  const theirs = parents === undefined ? 0 : fieldSize(parents.byteLength)
  const own = SEQ_SIZE + 1 + varintSize(attempt) + fieldSize(envelope.byteLength)
  return own + left + before + theirs + done
}

const SEQ_SIZE = 9

function write(writer: WireWriter, assignment: AssignmentBytes): void {
  const { seq, attempt, attemptsBefore, envelope, checkpoint, parents, parts } = assignment
  writer.number(TAG_ASSIGNMENT, sizeOf(assignment))
  writer.double(TAG_SEQ, seq)
  writer.number(TAG_ATTEMPT, attempt)
  writer.bytes(TAG_TASK, envelope)
  if (checkpoint !== undefined) writer.bytes(TAG_CHECKPOINT, checkpoint)
  if (attemptsBefore > 0) writer.number(TAG_ATTEMPTS_BEFORE, attemptsBefore)
  if (parents !== undefined) writer.bytes(TAG_PARENTS, parents)
  if (parts !== undefined) writer.bytes(TAG_PARTS, parts)
}

/** The attempts of a batch; their bytes are windows into it. */
export function unpackBatch(bytes: Uint8Array): PackedAssignment[] {
  const reader = new WireReader(bytes)
  const packed: PackedAssignment[] = []
  while (reader.at < reader.end) {
    const tag = reader.varint()
    if (tag !== TAG_ASSIGNMENT) reader.skip(tag & 7)
    else {
      const length = reader.varint()
      const from = reader.passed(length)
      packed.push(unpack(new WireReader(bytes, from, from + length)))
    }
  }
  return packed
}

function unpack(reader: WireReader): PackedAssignment {
  let seq = 0
  let attempt = 0
  let attemptsBefore = 0
  let task = EMPTY
  let checkpoint: Uint8Array | undefined
  let parents: Uint8Array | undefined
  let parts: Uint8Array | undefined
  while (reader.at < reader.end) {
    const tag = reader.varint()
    if (tag === TAG_SEQ) seq = reader.double()
    else if (tag === TAG_ATTEMPT) attempt = reader.varint()
    else if (tag === TAG_TASK) task = reader.window()
    else if (tag === TAG_CHECKPOINT) checkpoint = reader.window()
    else if (tag === TAG_ATTEMPTS_BEFORE) attemptsBefore = reader.varint()
    else if (tag === TAG_PARENTS) parents = reader.window()
    else if (tag === TAG_PARTS) parts = reader.window()
    else reader.skip(tag & 7)
  }
  return { seq, attempt, attemptsBefore, task, checkpoint, parents, parts }
}

const EMPTY: Uint8Array = new Uint8Array(0)
