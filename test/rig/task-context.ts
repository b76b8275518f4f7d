import { spawn } from 'node:child_process'
import { createReadStream, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SpawnRequest, SpawnResult } from '../../src/protocol/host.ts'
import type { Json, TaskId } from '../../src/protocol/task.ts'
import type { Run, TaskDefinition } from '../../src/arms/define-task.ts'
import { describeIssues } from '../../src/arms/standard-schema.ts'
import type { EnqueueArguments, TaskContext } from '../../src/arms/task-context.ts'

/** A folder of its own for one test, real path, gone at the end of its scope. */
export class Folder implements Disposable {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), 'octopus-arms-')))

  at(...names: readonly string[]): string {
    return join(this.path, ...names)
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}

export interface Rig extends TaskContext {
  /** Every checkpoint, in order. */
  readonly checkpoints: Json[]
  readonly progressed: (readonly [done: number, total: number | undefined])[]
  readonly logged: string[]
  readonly enqueued: EnqueueArguments[]
  readonly abort: AbortController
}

/** A real context whose children are started right here; `folder` and all beneath it are granted. */
export function taskContext(folder: Folder, over: Partial<TaskContext> = {}): Rig {
  return contextFor(folder.path, over)
}

/** The same for a folder by path, in processes that a test starts. */
export function contextFor(folder: string, over: Partial<TaskContext> = {}): Rig {
  const abort = new AbortController()
  const checkpoints: Json[] = []
  const progressed: [number, number | undefined][] = []
  const logged: string[] = []
  const enqueued: EnqueueArguments[] = []
  const write = (text: string): void => void logged.push(text)
  return {
    id: 'test:task' as TaskId,
    type: 'test',
    attempt: 1,
    parents: {},
    threadId: 0,
    signal: abort.signal,
    progress: (done, total) => void progressed.push([done, total]),
    log: { debug: write, info: write, warn: write, error: write },
    host: {},
    spawn: (request) => spawnHere(request, abort.signal),
    enqueue: (...called: EnqueueArguments) => Promise.resolve(void enqueued.push(called)),
    checkpoint: (value) => Promise.resolve(void checkpoints.push(structuredClone(value))),
    lastCheckpoint: undefined,
    grants: { read: [folder], write: [folder], exec: ['node', 'npm'] },
    cacheDir: join(folder, '.cache'),
    batchHandlers: {},
    hostEnv: {},
    parts: undefined,
    checkpoints,
    enqueued,
    progressed,
    logged,
    abort,
    ...over,
  }
}

/** Runs a handler as the engine does: the payload validated by its task's schema, defaults filled in. */
export async function perform<Input, Payload, Result>(
  task: TaskDefinition<Input, Payload, Result>,
  run: Run<Payload, Result>,
  payload: Input,
  context: TaskContext,
): Promise<Result> {
  const result = await task.payload!['~standard'].validate(payload)
  if (result.issues !== undefined) throw new Error(describeIssues(result.issues))
  return await run(result.value, context)
}

function spawnHere(request: SpawnRequest, signal: AbortSignal): Promise<SpawnResult> {
  const { promise, resolve, reject } = Promise.withResolvers<SpawnResult>()
  const started = performance.now()
  const [program, ...args] = request.argv
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], ...request.env }
  const child = spawn(program, args, {
    cwd: request.cwd,
    env,
    signal,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const out = tailOf(child.stdout, request.tailBytes)
  const err = tailOf(child.stderr, request.tailBytes)
  let timedOut = false
  const timer =
    request.timeoutMs === undefined
      ? undefined
      : setTimeout(() => (timedOut = child.kill('SIGKILL')), request.timeoutMs)
  if (request.stdinFile === undefined) child.stdin.end()
  else createReadStream(request.stdinFile).pipe(child.stdin)
  child.on('error', reject)
  child.on('close', (code, killed) => {
    clearTimeout(timer)
    resolve({
      pid: child.pid ?? 0,
      code,
      signal: killed,
      timedOut,
      stdoutTail: out.text(),
      stderrTail: err.text(),
      stdoutBytes: out.bytes(),
      stderrBytes: err.bytes(),
      ms: Math.round(performance.now() - started),
    })
  })
  return promise
}

function tailOf(
  stream: NodeJS.ReadableStream,
  bytesMax = 16_384,
): { text(): string; bytes(): number } {
  let tail = Buffer.alloc(0)
  let bytes = 0
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    tail = Buffer.concat([tail, chunk]).subarray(-bytesMax)
  })
  return { text: () => tail.toString(), bytes: () => bytes }
}
