import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, onTestFinished } from 'vitest'
import { spawnNode } from '../rig/node.ts'

export const bin = join(import.meta.dirname, '../../src/cli/bin.ts')
export const tasks = join(import.meta.dirname, 'fixtures/tasks.ts')

/** A folder of its own for each test, in which the package can be imported by its name. */
export function workFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'octopus-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  return folder
}

/** One for all tests of a file. */
export function lastingFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'octopus-cli-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  return folder
}

export function writeRows(folder: string, rows: readonly unknown[], name = 'tasks.ndjson'): string {
  writeFileSync(join(folder, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  return name
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Command {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** Resolves when stderr has said it. */
  said(text: string): Promise<void>
  /** Resolves when stdout has. */
  reported(text: string): Promise<void>
}

export interface CommandOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
}

// Nothing of the machine that runs the tests decides how the command looks.
const NEUTRAL = {
  CI: '',
  NO_COLOR: '',
  FORCE_COLOR: '',
  NODE_OPTIONS: '',
  TERM: 'xterm',
  DEBUG: '',
}

/** The command line in a process of its own. */
export function octopus(args: readonly string[], { cwd, env, input }: CommandOptions): Command {
  const variables: NodeJS.ProcessEnv = { ...process.env, ...NEUTRAL, ...env }
  for (const [name, value] of Object.entries(variables)) if (value === '') delete variables[name]
  const child = spawnNode(bin, args, { cwd, env: variables, stdio: 'pipe' })
  const output = { stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  child.stdin?.end(input)
  onTestFinished(() => void child.kill('SIGKILL'))
  return {
    child,
    ended: once(child, 'close').then(([code]) => ({ code: code as number | null, ...output })),
    async said(text) {
      while (!output.stderr.includes(text)) await once(child.stderr!, 'data')
    },
    async reported(text) {
      while (!output.stdout.includes(text)) await once(child.stdout!, 'data')
    },
  }
}

/** Lets every task of the gate go on, now and later. */
export async function openEvery(gate: Gate): Promise<never> {
  for (;;) (await gate.next()).open()
}

/** Runs it to its end. */
export function ran(args: readonly string[], options: CommandOptions): Promise<Ended> {
  return octopus(args, options).ended
}

export interface Gate {
  readonly socket: string
  /** Resolves with the name of the next task that started, and how to let it go on. */
  next(): Promise<{ readonly name: string; open(answer?: 'ok' | 'fail'): void }>
}

/** The other side of the `gate` task: knows what runs and decides when it ends. */
export async function openGate(folder: string): Promise<Gate> {
  const started: { name: string; line: Socket }[] = []
  const waiting: (() => void)[] = []
  const server = createServer((line) => {
    line.on('error', () => undefined)
    line.once('data', (data: Buffer) => {
      started.push({ name: data.toString().trim(), line })
      waiting.shift()?.()
    })
  })
  const socket = join(folder, 'gate.sock')
  server.listen(socket)
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return {
    socket,
    async next() {
      if (started.length === 0) await new Promise<void>((resolve) => waiting.push(resolve))
      const { name, line } = started.shift()!
      return { name, open: (answer = 'ok') => void line.write(answer) }
    },
  }
}

export interface FinishedRow {
  readonly ev: string
  readonly row: string
  readonly state: string
  readonly line: number
  readonly result?: unknown
}

/** The lines of `--json`: those of tasks, and the summary. */
export function events(stdout: string): { rows: FinishedRow[]; summary: Record<string, unknown> } {
  const lines = stdout.split('\n').filter((line) => line !== '')
  const all = lines.map((line) => JSON.parse(line) as FinishedRow)
  const summary = all.find(({ ev }) => ev === 'run.summary') ?? {}
  return { rows: all.filter(({ ev }) => ev === 'task.finished'), summary: { ...summary } }
}

/** Everything that differs from run to run, made alike. */
export function steady(text: string, folder: string): string {
  return text
    .replaceAll(folder, '<folder>')
    .replaceAll(tasks, '<tasks>')
    .replaceAll(/node \d+\.\d+\.\d+/g, 'node <version>')
    .replaceAll(/\b\d{8}-\d{6}(-\d+)?\b/g, '<run>')
    .replaceAll(/\b\d+h\d\dm|\b\d+m\d\ds|\b\d+(\.\d+)?(us|ms|s)\b/g, '<t>')
    .replaceAll(/\d[\d.,]*k? tasks\/s/g, '<n> tasks/s')
    .replaceAll(/ \d+%/g, ' <n>%')
    .replaceAll(/thread \d+/g, 'thread <n>')
    .replaceAll(/ {2,}/g, '  ')
}
