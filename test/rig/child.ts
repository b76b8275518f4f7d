import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { spawnNode } from './node.ts'

/** A process of a test's that tells what it does line by line; killed at the latest when the test's scope ends. */
export class Child implements AsyncDisposable {
  readonly lines: string[] = []
  readonly #process: ChildProcess
  readonly #ended: Promise<unknown>
  readonly #waiting: (() => void)[] = []

  constructor(file: string, args: readonly string[]) {
    this.#process = spawnNode(new URL(`../fixtures/${file}`, import.meta.url), args, {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#ended = once(this.#process, 'close')
    const { stdout } = this.#process
    if (stdout === null) throw new Error('a child without stdout')
    createInterface({ input: stdout }).on('line', (line) => {
      this.lines.push(line)
      for (const wake of this.#waiting.splice(0)) wake()
    })
    void this.#ended.then(() => this.#waiting.splice(0).forEach((wake) => wake()))
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  /** Resolves with the first line that begins like this. */
  async line(start: string): Promise<string> {
    for (;;) {
      const line = this.lines.find((one) => one.startsWith(start))
      if (line !== undefined) return line
      if (this.#process.exitCode !== null || this.#process.signalCode !== null)
        throw new Error(`the child ended without a line '${start}'`)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    this.#process.kill(signal)
    await this.#ended
  }

  /** Ends by itself. */
  async whole(): Promise<void> {
    await this.#ended
    if (this.#process.exitCode !== 0)
      throw new Error(`the child ended with ${this.#process.exitCode}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL')
  }
}

/** An owner that is open. */
export async function startSocketOwner(store: string, mode = ''): Promise<Child> {
  const child = new Child('owner-child.ts', [store, mode])
  await child.line('open')
  return child
}
