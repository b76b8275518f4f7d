import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { dirname, delimiter } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { AttemptTrace, OctopusStatus } from '../../src/main/index.ts'
import { readStatusFile } from '../../src/main/store/status-file.ts'
import { storeOf } from './plan.ts'

/** What an engine process tells, a line each. */
export type EngineLine =
  | { readonly kind: 'opened'; readonly ms: number }
  | { readonly kind: 'acknowledged'; readonly ids: readonly string[]; readonly created: number }
  | ({ readonly kind: 'ended'; readonly message: string } & Ended)
  | { readonly kind: 'drained'; readonly status: OctopusStatus }

/** An attempt that ended and was settled. */
export interface Ended extends Pick<AttemptTrace, 'seq' | 'state' | 'runUs'> {
  readonly id: string
}

/** What one engine process did from its start to its end. Moments are by `performance.now()` of this process. */
export interface Life {
  readonly pid: number
  readonly acknowledged: ReadonlySet<string>
  /** How many of them were new to the store. */
  readonly created: number
  readonly ended: readonly Ended[]
  /** How long `Octopus.open` took. */
  readonly openMs: number
  readonly startedAt: number
  readonly openedAt: number
  readonly firstEndedAt: number
  /** When it was killed, or had drained. */
  readonly stoppedAt: number
  /** What its threads ran when it was killed, by seq. */
  readonly running: ReadonlySet<number>
  /** Undefined for one that was killed. */
  readonly status: OctopusStatus | undefined
}

export interface LifeOptions {
  /** SIGKILL once so many tasks have settled. Without it the engine lives until all is done. */
  readonly killAfter?: number
  readonly signal?: AbortSignal
  readonly onSettled?: (count: number) => void
}

/** One engine process over the plan in `folder`. */
export async function live(folder: string, options: LifeOptions = {}): Promise<Life> {
  const life = new LifeSoFar()
  const child = start(folder, options.signal)
  const closed = once(child, 'close')
  createInterface({ input: child.stdout }).on('line', (text) => {
    // Lines that were on their way when it was killed are true as well: they were written before.
    life.note(JSON.parse(text) as EngineLine)
    options.onSettled?.(life.settled)
    if (life.settled >= (options.killAfter ?? Infinity) && life.stoppedAt === 0) {
      life.stoppedAt = performance.now()
      child.kill('SIGKILL')
    }
  })
  const [code, signal] = (await closed) as [number | null, NodeJS.Signals | null]
  const wanted = options.killAfter === undefined ? code === 0 : signal === 'SIGKILL'
  if (!wanted) throw new Error(unexpected(options, code, signal))
  return life.whole(child.pid ?? 0, killedRuns(folder, signal))
}

function start(
  folder: string,
  signal: AbortSignal | undefined,
): ChildProcessByStdio<null, Readable, null> {
  const engine = fileURLToPath(new URL('engine.ts', import.meta.url))
  // Builds call `node` by name: the one that runs the demo, whatever else is installed.
  const path = [dirname(process.execPath), process.env['PATH']].join(delimiter)
  return spawn(process.execPath, ['--conditions=octopus-src', engine, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PATH: path },
    killSignal: 'SIGKILL',
    ...(signal === undefined ? {} : { signal }),
  })
}

/** Every thread notes what it runs in a file that outlives the process; the next engine reads it for the same reason. */
function killedRuns(folder: string, signal: NodeJS.Signals | null): ReadonlySet<number> {
  if (signal === null) return new Set()
  return new Set(readStatusFile(`${storeOf({ folder })}.running`).map(({ seq }) => seq))
}

function unexpected(
  { killAfter }: LifeOptions,
  code: number | null,
  signal: string | null,
): string {
  if (killAfter !== undefined && code === 0)
    return `the engine had finished before it could be killed after ${killAfter} tasks; give it more work`
  return `the engine process ended with ${signal ?? `exit code ${code}`}`
}

class LifeSoFar {
  settled = 0
  stoppedAt = 0
  readonly #startedAt = performance.now()
  readonly #acknowledged = new Set<string>()
  readonly #ended: Ended[] = []
  #created = 0
  #openMs = 0
  #openedAt = 0
  #firstEndedAt = 0
  #status: OctopusStatus | undefined

  note(line: EngineLine): void {
    switch (line.kind) {
      case 'opened':
        this.#openMs = line.ms
        this.#openedAt = performance.now()
        return
      case 'acknowledged':
        for (const id of line.ids) this.#acknowledged.add(id)
        this.#created += line.created
        return
      case 'ended':
        if (this.#ended.push(line) === 1) this.#firstEndedAt = performance.now()
        if (line.state !== 'scheduled') this.settled += 1
        return
      case 'drained':
        this.#status = line.status
        this.stoppedAt = performance.now()
        return
      default:
        line satisfies never
    }
  }

  whole(pid: number, running: ReadonlySet<number>): Life {
    return {
      pid,
      running,
      acknowledged: this.#acknowledged,
      created: this.#created,
      ended: this.#ended,
      openMs: this.#openMs,
      startedAt: this.#startedAt,
      openedAt: this.#openedAt,
      firstEndedAt: this.#firstEndedAt,
      stoppedAt: this.stoppedAt,
      status: this.#status,
    }
  }
}
