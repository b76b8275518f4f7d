import { threadId, workerData } from 'node:worker_threads'
import { systemClock } from '../protocol/clock.ts'
import { decodeBatch } from '../protocol/envelope.ts'
import { Phase, Region } from '../protocol/region.ts'
import { StatusSlot } from '../protocol/status-slot.ts'
import type { BatchEnd, BatchMessage, ThreadData, TypeModule } from '../protocol/thread-messages.ts'
import { BatchReports } from './batch-reports.ts'
import { makeAbortable } from './context.ts'
import { handlerOf, loadHandler } from './handler-modules.ts'
import { retirement, setLiveBatch, watchLateFailures } from './late-failures.ts'
import { newLeftovers } from './leftovers.ts'
import { captureOutput } from './output.ts'
import { perform } from './perform.ts'
import { TaskRun } from './task-run.ts'

/**
 * The entry of an arm's thread, called by the pool once for each batch. It runs one task at a time, to the end of its
 * promise, and starts the next only if it can claim it in the region it shares with main.
 */
const data = readThreadData(workerData)
const status = data.statusFile === undefined ? undefined : new StatusSlot(data.statusFile, threadId)

watchLateFailures()
captureOutput()

export default async function runBatch(message: BatchMessage): Promise<BatchEnd> {
  const region = new Region(message.region)
  region.begin(threadId, systemClock.monotonicMs())
  await loadMissing(message.types, region)
  const reports = new BatchReports(message.batch, region, systemClock.monotonicMs())
  setLiveBatch(message.batch)
  await runAll(message, region, reports)
  makeAbortable(undefined)
  status?.note(0, 0)
  // One turn of the event loop, so that what the last tasks left behind can still fail them.
  await turn()
  setLiveBatch(undefined)
  reports.close()
  return { threadId, posted: reports.posted, retire: retirement(), leftovers: newLeftovers() }
}

async function runAll(message: BatchMessage, region: Region, reports: BatchReports): Promise<void> {
  for (const [index, assignment] of decodeBatch(message.bytes).entries()) {
    if (retirement() !== undefined) return
    const run = new TaskRun(index, assignment, reports)
    run.startedAtMs = systemClock.monotonicMs()
    if (index > 0 && reports.isDue(run.startedAtMs)) {
      await turn()
      reports.ring((run.startedAtMs = systemClock.monotonicMs()))
      if (retirement() !== undefined) return
    }
    if (!region.claim(index, run.startedAtMs)) return
    status?.note(assignment.seq, assignment.attempt)
    const ended = perform(run, data, message.services)
    if (ended !== undefined) await ended
  }
}

async function loadMissing(types: readonly TypeModule[], region: Region): Promise<void> {
  for (const location of types) {
    if (handlerOf(location.type) !== undefined) continue
    region.phase = Phase.loading
    await loadHandler(location)
  }
  region.phase = Phase.running
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Main and threads are of one version and one process: the shape is ours, only its presence is checked. */
function readThreadData(value: unknown): ThreadData {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  if (typeof value === 'object' && value !== null && 'grants' in value) return value as ThreadData
  throw new TypeError('this module is the entry of a worker thread and is not meant to be imported')
}
