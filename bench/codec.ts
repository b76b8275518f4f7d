/** What does one task cost on the wire and in the order of what waits? Small things, by tinybench. */
import { Bench } from 'tinybench'
import {
  decodeBatch,
  decodeReports,
  decodeStoredTask,
  encodeReport,
  encodeStoredTask,
} from '../src/protocol/envelope.ts'
import { encodeBatch } from '../src/protocol/assignment.ts'
import { encodePlainTask } from '../src/protocol/stored-task.ts'
import { toPayloadBytes } from '../src/protocol/json.ts'
import { ReadyQueue } from '../src/main/store/ready-queue.ts'
import { answer, type Figure } from './harness.ts'

const payload = toPayloadBytes({ file: 'a.jpg', widths: [320, 640] }, 1_024, 'payload')
const stored = { type: 'make-thumbs', payload, createdAtMs: 1_795_000_000_000 }
const envelope = new Uint8Array(encodeStoredTask(stored))
const batch = encodeBatch(
  Array.from({ length: 256 }, (_, seq) => ({
    seq,
    attempt: 1,
    attemptsBefore: 0,
    envelope,
    checkpoint: undefined,
    parents: undefined,
    parts: undefined,
  })),
)
const report = {
  index: 7,
  startedAtMs: 1.5,
  runMs: 0.2,
  outcome: { kind: 'succeeded', result: payload },
  logs: [],
  late: false,
  leftovers: [],
} as const
const reported = new Uint8Array(encodeReport(report))
const queue = new ReadyQueue()

async function* figures(): AsyncGenerator<Figure> {
  const bench = new Bench({ time: 300 })
    .add('encode a stored task', () => encodeStoredTask(stored))
    .add('encode a plain task', () => encodePlainTask(stored.type, payload, stored.createdAtMs))
    .add('decode a stored task', () => decodeStoredTask(envelope))
    .add('decode a batch of 256', () => decodeBatch(batch))
    .add('encode a report', () => encodeReport(report))
    .add('decode a report', () => decodeReports(reported))
    .add('payload to bytes', () =>
      toPayloadBytes({ file: 'a.jpg', widths: [320, 640] }, 1_024, 'payload'),
    )
    .add('push and take in the ready queue', () => {
      queue.push(0, { seq: 1, typeIndex: 0, readyAtMs: 0 })
      queue.take(() => true)
    })
  await bench.run()
  for (const task of bench.tasks) {
    const { result } = task
    if (result.state !== 'completed') throw new Error(`${task.name} did not run`)
    yield {
      question: task.name,
      seen: `${(result.latency.p50 * 1e6).toFixed(0)} ns`,
      aim: '',
      held: undefined,
    }
  }
}

await answer(figures)
