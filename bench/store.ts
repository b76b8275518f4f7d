/** What does the store do alone: life cycles a second, the wait of a lone accept, what is read back after a reopen? */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { EmbeddedStore } from '../src/main/store/embedded.ts'
import type { AcceptRow, Journal } from '../src/main/store/journal.ts'
import { MemoryJournal } from '../src/main/store/memory.ts'
import { SqliteJournal } from '../src/main/store/sqlite.ts'
import type { Settlement } from '../src/main/store/store.ts'
import { systemClock } from '../src/protocol/clock.ts'
import { encodeStoredTask } from '../src/protocol/envelope.ts'
import { answer, median, percentile, rate, whole, type Figure } from './harness.ts'

const ROUNDS = 3
const LONE = 3_000
const WAITING = 500_000

const folder = mkdtempSync(join(tmpdir(), 'octopus-bench-'))
const envelope = encodeStoredTask({
  type: 'bench',
  payload: { bytes: new Uint8Array(80).fill(65), binary: false },
  createdAtMs: systemClock.wallMs(),
})
const result = new Uint8Array(20).fill(66)
let files = 0

async function* figures(): AsyncGenerator<Figure> {
  const memory = await medianOf(() => lifeCycles(new MemoryJournal(), 500, 400_000))
  yield seen('life cycles/s in memory, batches of 500', whole(memory))
  for (const batch of [1, 64, 500, 2_000]) {
    const total = batch === 1 ? 10_000 : 300_000
    const persecond = await medianOf(() => lifeCycles(sqlite(), batch, total))
    const question = `life cycles/s on disk, four callers with batches of ${batch}`
    if (batch === 500)
      yield aimed(question, whole(persecond), 'at least 200,000', persecond >= 200_000)
    else yield seen(question, whole(persecond))
  }
  const syncs = bareSyncs()
  yield seen('fdatasync of one page', waits(syncs))
  const lone = await loneAccepts()
  yield seen('lone accept', waits(lone))
  const overUs = (median(lone) - median(syncs)) * 1_000
  yield aimed(
    'a lone accept over one fdatasync',
    `${whole(overUs)} µs`,
    'near 70 µs',
    overUs <= 140,
  )
  yield* readBack()
}

/** Accept and settle, both acknowledged. As one batch is being written, those of the other callers gather. */
async function lifeCycles(journal: Journal, batch: number, total: number): Promise<number> {
  await journal.open(() => {})
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
  const persecond = await rate(total, () => Promise.all([caller(), caller(), caller(), caller()]))
  await journal.close()
  return persecond
}

function bareSyncs(): number[] {
  const file = openSync(join(folder, 'raw'), 'w')
  const page = new Uint8Array(4_096)
  writeSync(file, new Uint8Array(1_000 * 4_096))
  fdatasyncSync(file)
  const spent = Array.from({ length: LONE }, (_, at) => {
    const start = performance.now()
    writeSync(file, page, 0, page.length, (at % 1_000) * 4_096)
    fdatasyncSync(file)
    return performance.now() - start
  })
  closeSync(file)
  return spent
}

async function loneAccepts(): Promise<number[]> {
  const journal = sqlite()
  await journal.open(() => {})
  const spent: number[] = []
  for (let seq = 1; seq <= LONE; seq++) {
    const start = performance.now()
    await journal.accept([row(seq)])
    spent.push(performance.now() - start)
  }
  await journal.close()
  return spent
}

/** Tasks that wait beyond what is kept at hand are read from the file when their turn comes near. */
async function* readBack(): AsyncGenerator<Figure> {
  const path = join(folder, 'waiting.db')
  const filled = store(path)
  await filled.open()
  const many = Array.from({ length: 10_000 }, () => row(0))
  const enqueued = await rate(WAITING, async () => {
    for (let done = 0; done < WAITING; done += many.length) await filled.enqueue(many)
  })
  yield seen('enqueued/s in batches of 10,000', whole(enqueued))
  await filled.close()
  const opened = store(path)
  await opened.open()
  const drained = await rate(WAITING, async () => {
    for (let claims = await claim(opened); claims.length > 0; claims = await claim(opened))
      await opened.settle(claims.map(settlement))
  })
  yield seen('claimed from disk and settled/s, one batch of 500 at a time', whole(drained))
  await opened.close()
}

function claim(from: EmbeddedStore): ReturnType<EmbeddedStore['claim']> {
  return from.claim('batch', 500, () => true)
}

function store(path: string): EmbeddedStore {
  return new EmbeddedStore({ journal: sqlite(path), clock: systemClock, serves: () => true })
}

function sqlite(path = join(folder, `${files++}.db`)): SqliteJournal {
  const retention = { ageMs: 7 * 86_400_000, bytesMax: 2 ** 40 }
  return new SqliteJournal({ path, clock: systemClock, retention })
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
    dependsOn: undefined,
    level: 0,
  }
}

function settlement({ seq }: { readonly seq: number }): Settlement {
  const settledAtMs = systemClock.wallMs()
  return {
    seq,
    attempt: 1,
    move: { to: 'succeeded' },
    outcome: { kind: 'succeeded', result: { bytes: result, binary: false } },
    times: { waitUs: 150, dispatchUs: 20, runUs: 10, settleUs: 30, threadId: 4, settledAtMs },
    logs: [],
  }
}

async function medianOf(round: () => Promise<number>): Promise<number> {
  const seenRates: number[] = []
  for (let done = 0; done < ROUNDS; done++) seenRates.push(await round())
  return median(seenRates)
}

function seen(question: string, value: string): Figure {
  return { question, seen: value, aim: '', held: undefined }
}

function aimed(question: string, value: string, aim: string, held: boolean): Figure {
  return { question, seen: value, aim, held }
}

function waits(spentMs: readonly number[]): string {
  const us = (share: number): string => whole(percentile(spentMs, share) * 1_000)
  return `p50 ${us(0.5)} µs, p99 ${us(0.99)} µs`
}

await answer(figures)
rmSync(folder, { recursive: true })
