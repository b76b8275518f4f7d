/**
 * An engine in a process of its own, so that it can be killed: `engine.ts <folder>`. Enqueues the plan in that folder,
 * tells what happens in lines of JSON, and ends when nothing is left to do. Started again it enqueues the same plan
 * again, as a person would who runs the same command a second time: the same id is never a second task.
 */
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { Octopus, type EngineEvent } from '../../src/main/index.ts'
import type { EngineLine } from './engine-process.ts'
import { readPlan, specOf, storeOf } from './plan.ts'

const ENQUEUED_TOGETHER = 100

const { folder, nodeModules, tasks } = readPlan(process.argv[2] ?? '')
const startedAt = performance.now()
await using octopus = await Octopus.open({
  store: storeOf({ folder }),
  cacheDir: join(folder, 'cache'),
  allow: { read: [folder, nodeModules], write: [folder], exec: ['node'] },
})
octopus.watch(watched)
tell({ kind: 'opened', ms: performance.now() - startedAt })
for (let at = 0; at < tasks.length; at += ENQUEUED_TOGETHER) {
  const some = tasks.slice(at, at + ENQUEUED_TOGETHER)
  const handles = await Promise.all(some.map((task) => octopus.enqueue(specOf(task))))
  const created = handles.filter((handle) => handle.created).length
  tell({ kind: 'acknowledged', ids: handles.map(({ id }) => id), created })
}
await octopus.drain()
tell({ kind: 'drained', status: octopus.status() })

function watched(event: EngineEvent): void {
  if (event.kind !== 'attempt.ended') return
  const { task, seq, state, runUs, failure } = event.trace
  tell({ kind: 'ended', id: task, seq, state, runUs, message: failure?.message ?? '' })
}

/** Written at once: what the process said before it was killed was said. */
function tell(line: EngineLine): void {
  writeSync(1, `${JSON.stringify(line)}\n`)
}
