// A store's owner in a process of its own, to be killed. Each acknowledgement is a line on stdout, written before
// anything else happens: `open`, `a <seq>` accepted, `s <seq>` settled, `w <seq>` about to run, by the status file,
// `r <seq>` retried.

import { writeSync } from 'node:fs'

import { EmbeddedStore } from '../../src/main/store/embedded.ts'
import { SqliteJournal } from '../../src/main/store/sqlite.ts'
import { systemClock } from '../../src/protocol/clock.ts'
import { StatusSlot } from '../../src/protocol/status-slot.ts'
import { mintId } from '../../src/protocol/task.ts'
import type { Verdict } from '../../src/main/store/store.ts'
import { everything, failed, newTask, succeeded } from './store.ts'

// A test that dies does not leave its owners behind: their end of the pipe closes with it.
process.stdin
  .on('end', () => process.exit(3))
  .resume()
  .unref()

const [path = '', doing = 'work'] = process.argv.slice(2)
const retention = { ageMs: 1e15, bytesMax: 2 ** 40 }
const journal = new SqliteJournal({ path, clock: systemClock, retention })
const store = new EmbeddedStore({ journal, clock: systemClock, serves: everything })
const { statusFile } = await store.open()
say('open')

if (doing === 'idle') await new Promise(() => setInterval(() => {}, 1_000))
if (doing === 'die running') await run()
if (doing === 'retry') for (;;) await retry()
if (doing === 'graph') await graph()
if (doing === 'leave') await work()
else for (;;) await work()

async function work(): Promise<void> {
  const tasks = Array.from({ length: 8 }, () => newTask({ payload: '"x"'.padEnd(200) }))
  const accepted = await store.enqueue(tasks)
  say(...accepted.map(({ seq }) => `a ${seq}`))
  const claims = await store.claim('batch', 6, everything)
  await store.settle(claims.map((claim) => succeeded(claim)))
  say(...claims.map(({ seq }) => `s ${seq}`))
}

async function retry(): Promise<void> {
  await store.enqueue(Array.from({ length: 8 }, () => newTask({ arm: 'builds' })))
  const claims = await store.claim('builds', 8, everything)
  const first = claims.filter(({ attemptsBefore }) => attemptsBefore === 0)
  await store.settle(first.map((claim) => failed(claim)))
  const ids = first.map(({ seq }) => mintId(seq))
  const results = await store.retry(ids)
  say(...first.filter((_, at) => results[at] === 'retried').map(({ seq }) => `r ${seq}`))
}

/** Layers of four, each task after two of the layer before; every seventh task fails. Ends are said as soon as they are known. */
async function graph(): Promise<void> {
  store.onVerdict((verdicts) => void judge(verdicts))
  const names = Array.from({ length: 200 }, (_, at) => `${at}`)
  const tasks = names.map((id, at) =>
    at < 4 ? newTask({ id }) : newTask({ id, after: [`${at - 4}`, `${(at >> 2) * 4 - 1}`] }),
  )
  const accepted = await store.enqueue(tasks)
  say(...accepted.map(({ seq }) => `a ${seq}`))
  for (;;) {
    const claims = await store.claim('batch', 3, everything)
    say(...claims.map(({ seq }) => `w ${seq}`))
    await store.settle(claims.map((one) => (one.seq % 70 === 0 ? failed(one) : succeeded(one))))
    say(...claims.map(({ seq }) => `s ${seq}`))
    await new Promise((resolve) => setImmediate(resolve))
  }
}

async function judge(verdicts: readonly Verdict[]): Promise<void> {
  await store.settle(verdicts.map(({ claim }) => failed(claim, { to: 'cancelled' })))
  say(...verdicts.map(({ claim }) => `s ${claim.seq}`))
}

async function run(): Promise<never> {
  await store.enqueue([newTask(), newTask(), newTask()])
  const claims = await store.claim('batch', 1, everything)
  const slot = new StatusSlot(statusFile ?? '', 3)
  for (const { seq, attempt } of claims) slot.note(seq, attempt)
  say(...claims.map(({ seq }) => `w ${seq}`))
  return new Promise(() => setInterval(() => {}, 1_000))
}

function say(...lines: readonly string[]): void {
  if (lines.length > 0) writeSync(1, `${lines.join('\n')}\n`)
}
