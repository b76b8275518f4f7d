// What can the store alone do? Life cycles (accept and settle, both acknowledged) a second, the latency of a lone accept
// beside a bare fdatasync, opening with a million waiting tasks, and what a waiting task costs in memory.
//
//   node --conditions=octopus-src bench/store.ts [folder]

import {
  closeSync,
  fdatasyncSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'

import { EmbeddedStore } from '../src/main/store/embedded.ts'
import type { AcceptRow, Journal } from '../src/main/store/journal.ts'
import { MemoryJournal } from '../src/main/store/memory.ts'
import { SqliteJournal } from '../src/main/store/sqlite.ts'
import type { Settlement } from '../src/main/store/store.ts'
import { systemClock } from '../src/protocol/clock.ts'
import { encodeStoredTask } from '../src/protocol/envelope.ts'

const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'octopus-bench-'))
const retention = { ageMs: 7 * 86_400_000, bytesMax: 2 ** 40 }
const envelope = encodeStoredTask({
  type: 'bench',
  payload: { bytes: new Uint8Array(80).fill(65), binary: false },
  createdAtMs: systemClock.wallMs(),
})
const result = new Uint8Array(20).fill(66)

console.log(
  `${cpus().length} cores, Node ${process.version}, envelope ${envelope.byteLength} bytes`,
)
await bareSyncs()
await lifeCycles('memory', new MemoryJournal(), 500)
for (const batch of [1, 64, 500, 2_000]) await lifeCycles('sqlite', open(`life-${batch}`), batch)
await loneAccepts()
await pending(1_000_000)
rmSync(folder, { recursive: true })

function open(name: string): SqliteJournal {
  return new SqliteJournal({ path: join(folder, `${name}.db`), clock: systemClock, retention })
}

function bareSyncs(): void {
  const file = openSync(join(folder, 'raw'), 'w')
  const page = new Uint8Array(4_096)
  writeSync(file, new Uint8Array(1_000 * 4_096))
  fdatasyncSync(file)
  const spent = Array.from({ length: 2_000 }, (_, at) => {
    const start = performance.now()
    writeSync(file, page, 0, page.length, (at % 1_000) * 4_096)
    fdatasyncSync(file)
    return performance.now() - start
  })
  closeSync(file)
  report('fdatasync of one page', spent)
}

/** Four callers, each with a batch on its way: as one is being written, the next ones gather. */
async function lifeCycles(name: string, journal: Journal, batch: number): Promise<void> {
  await journal.open(() => {})
  const total = batch === 1 ? 20_000 : 400_000
  const cpu = process.cpuUsage()
  const idle = performance.eventLoopUtilization()
  const start = performance.now()
  let seq = 0
  const caller = async (): Promise<void> => {
    while (seq < total) {
      const first = seq + 1
      seq += batch
      const rows = Array.from({ length: batch }, (_, at) => row(first + at))
      await journal.accept(rows)
      await journal.settle(rows.map(settlement))
    }
  }
  await Promise.all([caller(), caller(), caller(), caller()])
  const ms = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  const main = performance.eventLoopUtilization(idle).utilization
  console.log(
    `${name}, batches of ${batch}: ${rate(total, ms)} life cycles/s, ` +
      `${((user + system) / total).toFixed(2)} µs of CPU each, main loop ${(main * 100).toFixed(0)} % busy`,
  )
  await journal.close()
}

async function loneAccepts(): Promise<void> {
  const journal = open('lone')
  await journal.open(() => {})
  const spent: number[] = []
  for (let seq = 1; seq <= 5_000; seq++) {
    const start = performance.now()
    await journal.accept([row(seq)])
    spent.push(performance.now() - start)
  }
  report('lone accept', spent)
  await journal.close()
}

async function pending(count: number): Promise<void> {
  const store = new EmbeddedStore({
    journal: open('pending'),
    clock: systemClock,
    serves: () => true,
  })
  await store.open()
  const task = { ...row(0), delayMs: undefined, runAtMs: undefined }
  const before = memory()
  const start = performance.now()
  for (let done = 0; done < count; done += 10_000)
    await store.enqueue(Array.from({ length: 10_000 }, () => task))
  console.log(
    `${rate(count, performance.now() - start)} enqueued/s, ${perTask(before)} bytes of memory each`,
  )
  await store.close()
  const size = statSync(join(folder, 'pending.db')).size
  console.log(`${(size / count).toFixed(0)} bytes on disk each`)
  await reopened(count)

  function perTask(earlier: number): string {
    return ((memory() - earlier) / count).toFixed(0)
  }
}

async function reopened(count: number): Promise<void> {
  const store = new EmbeddedStore({
    journal: open('pending'),
    clock: systemClock,
    serves: () => true,
  })
  const before = memory()
  const start = performance.now()
  const opened = await store.open()
  const ms = performance.now() - start
  const bytes = ((memory() - before) / count).toFixed(0)
  console.log(
    `${opened.pending} reopened in ${(ms / 1e3).toFixed(2)} s, ${bytes} bytes of memory each`,
  )
  const drainStart = performance.now()
  let drained = 0
  while (drained < 200_000) {
    const claims = await store.claim('batch', 500, () => true)
    drained += claims.length
    await store.settle(claims.map(settlement))
  }
  console.log(
    `${rate(drained, performance.now() - drainStart)} claimed from disk and settled/s, one batch of 500 at a time`,
  )
  await store.close()
}

function row(seq: number): AcceptRow {
  return {
    seq,
    arm: 'batch',
    type: 'bench',
    priority: 0,
    delayMs: undefined,
    runAtMs: undefined,
    expiresAtMs: undefined,
    dueAtMs: undefined,
    acceptedAtMs: 0,
    envelope,
    id: undefined,
    payloadHash: undefined,
  }
}

function settlement({ seq }: { readonly seq: number }): Settlement {
  return {
    seq,
    attempt: 1,
    move: { to: 'succeeded' },
    outcome: { kind: 'succeeded', result: { bytes: result, binary: false } },
    times: {
      waitUs: 150,
      dispatchUs: 20,
      runUs: 10,
      settleUs: 30,
      threadId: 4,
      settledAtMs: systemClock.wallMs(),
    },
    logs: [],
  }
}

function memory(): number {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

function rate(count: number, ms: number): string {
  return Math.round((count / ms) * 1e3).toLocaleString('en')
}

function report(name: string, spentMs: number[]): void {
  const sorted = spentMs.toSorted((a, b) => a - b)
  const at = (share: number): string =>
    `${Math.round((sorted[Math.floor(sorted.length * share)] ?? 0) * 1e3)} µs`
  const total = spentMs.reduce((sum, ms) => sum + ms, 0)
  console.log(`${name}: p50 ${at(0.5)}, p99 ${at(0.99)}, ${rate(spentMs.length, total)}/s`)
}
