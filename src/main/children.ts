import { spawn, type ChildProcess } from 'node:child_process'
import { open } from 'node:fs/promises'
import type { Cancel, Clock } from '../protocol/clock.ts'
import type { AttemptToken, SpawnRequest, SpawnResult } from '../protocol/host.ts'

/**
 * Every child process of the engine. Main spawns them, never a worker: a worker that is terminated would leave its
 * children behind. Each leads its own process group and is ended with all that it started.
 */
export class Children {
  readonly #clock: Clock
  readonly #baseEnv: Readonly<Record<string, string>>
  readonly #running = new Map<number, Set<ChildProcess>>()

  constructor(clock: Clock, baseEnv: Readonly<Record<string, string>>) {
    this.#clock = clock
    this.#baseEnv = baseEnv
  }

  /** Resolves with how it ended, whatever that was; rejects when it could not be started. */
  async run(token: AttemptToken, request: SpawnRequest): Promise<SpawnResult> {
    const stdin = request.stdinFile === undefined ? undefined : await open(request.stdinFile, 'r')
    try {
      const [program, ...args] = request.argv
      const child = spawn(program, args, {
        shell: false,
        detached: true,
        env: { ...this.#baseEnv, ...request.env },
        stdio: [stdin?.fd ?? 'ignore', 'pipe', 'pipe'],
        ...(request.cwd === undefined ? {} : { cwd: request.cwd }),
      })
      this.#add(token.seq, child)
      return await this.#ended(token, child, request).finally(() => this.#remove(token.seq, child))
    } finally {
      await stdin?.close()
    }
  }

  /** The task is stopping: its children get the chance to end well, then none. */
  interrupt(seq: number): void {
    for (const child of this.#running.get(seq) ?? []) {
      killGroup(child, 'SIGTERM')
      const cancel = this.#clock.after(KILL_AFTER_MS, () => killGroup(child, 'SIGKILL'))
      child.once('close', cancel)
    }
  }

  /** Whatever is left of a task that is over, or of an engine that closes. */
  killAll(seq?: number): void {
    if (this.#running.size === 0) return
    for (const [of, children] of this.#running) {
      if (seq !== undefined && of !== seq) continue
      for (const child of children) killGroup(child, 'SIGKILL')
    }
  }

  #ended(token: AttemptToken, child: ChildProcess, request: SpawnRequest): Promise<SpawnResult> {
    const startedAtMs = this.#clock.monotonicMs()
    const out = new Tail(child.stdout, request.tailBytes ?? TAIL_BYTES)
    const err = new Tail(child.stderr, request.tailBytes ?? TAIL_BYTES)
    let timedOut = false
    let cancel: Cancel = () => {}
    if (request.timeoutMs !== undefined) {
      cancel = this.#clock.after(request.timeoutMs, () => {
        timedOut = true
        this.interrupt(token.seq)
      })
    }
    return new Promise<SpawnResult>((resolve, reject) => {
      child.once('error', reject)
      // What it started and left running holds its output open, and would be waited for.
      child.once('exit', () => killGroup(child, 'SIGKILL'))
      child.once('close', (code, signal) => {
        const ms = Math.round(this.#clock.monotonicMs() - startedAtMs)
        const tails = {
          stdoutTail: out.text(),
          stderrTail: err.text(),
          stdoutBytes: out.bytes,
          stderrBytes: err.bytes,
        }
        resolve({ pid: child.pid ?? 0, code, signal, ...tails, ms, timedOut })
      })
    }).finally(() => cancel())
  }

  #add(seq: number, child: ChildProcess): void {
    const children = this.#running.get(seq) ?? new Set()
    this.#running.set(seq, children.add(child))
  }

  #remove(seq: number, child: ChildProcess): void {
    const children = this.#running.get(seq)
    children?.delete(child)
    if (children?.size === 0) this.#running.delete(seq)
  }
}

const TAIL_BYTES = 16_384
const KILL_AFTER_MS = 2_000

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch (error) {
    // ESRCH: the whole group has ended already, which is what was wanted.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/** The end of a stream: what a person reads first when a command failed. */
class Tail {
  readonly #limit: number
  readonly #chunks: Buffer[] = []
  #kept = 0
  bytes = 0

  constructor(stream: NodeJS.ReadableStream | null, limit: number) {
    this.#limit = limit
    stream?.on('data', (chunk: Buffer) => this.#add(chunk))
  }

  text(): string {
    return Buffer.concat(this.#chunks).subarray(-this.#limit).toString('utf8')
  }

  #add(chunk: Buffer): void {
    this.bytes += chunk.byteLength
    this.#chunks.push(chunk)
    this.#kept += chunk.byteLength
    while (this.#kept - (this.#chunks[0]?.byteLength ?? 0) >= this.#limit)
      this.#kept -= this.#chunks.shift()?.byteLength ?? 0
  }
}
