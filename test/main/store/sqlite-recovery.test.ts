import { existsSync, readFileSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'

import { decodeParentResults } from '../../../src/protocol/envelope.ts'
import { StatusSlot } from '../../../src/protocol/status-slot.ts'
import type { Claim, TaskStore, Verdict } from '../../../src/main/store/store.ts'
import { TestClock } from '../../rig/clock.ts'
import { killAfter, seqsAfter, untilItLeaves } from '../../rig/doomed-store.ts'
import { StoreFolder } from '../../rig/sqlite-store.ts'
import { everything, failed, newTask, payloadOf, succeeded, times } from '../../rig/store.ts'

const stores = new StoreFolder()

function claim(store: TaskStore, max = 100): Promise<Claim[]> {
  return store.claim('batch', max, everything)
}

const seqsOf = (claims: readonly Claim[]): number[] => claims.map(({ seq }) => seq)

describe('a store that was closed', () => {
  test('brings back what waits, in its order, and what was settled as a record', async () => {
    const store = await stores.open()
    await store.enqueue([
      newTask({ payload: '1' }),
      newTask({ payload: '2', priority: 5 }),
      newTask({ payload: '3', type: 'other', id: 'mine' }),
      newTask({ payload: '4', arm: 'builds' }),
    ])
    await store.settle([succeeded((await claim(store, 1))[0]!, '"ok"')])
    await store.close()
    const again = await stores.open()
    expect(again.opened).toMatchObject({ pending: 3, interrupted: 0, clean: true, verdicts: [] })
    const claims = await claim(again)
    expect(claims).toMatchObject([
      { seq: 1, type: 'work', attempt: 1 },
      { seq: 3, type: 'other' },
    ])
    expect(claims.map(({ envelope }) => payloadOf(envelope))).toEqual(['1', '3'])
    expect(await again.get('o_2')).toMatchObject({ state: 'succeeded', priority: 5 })
    expect(await again.enqueue([newTask({ id: 'mine', payload: '3' })])).toEqual([
      { kind: 'existing', seq: 3 },
    ])
    expect(await again.enqueue([newTask()])).toEqual([{ kind: 'created', seq: 6 }])
  })

  test('brings back delays, attempts and checkpoints', async () => {
    const clock = new TestClock()
    const store = await stores.open({ clock })
    await store.enqueue([newTask(), newTask({ delayMs: 5_000 })])
    const [first] = await claim(store)
    await store.checkpoint(1, 1, Uint8Array.of(4, 5))
    const retry = failed(first!, { to: 'scheduled', delayMs: 1_000 })
    await store.settle([{ ...retry, times: { ...times, settledAtMs: clock.wallMs() } }])
    await store.close()
    const again = await stores.open({ clock })
    expect(again.depth().scheduled.batch).toBe(2)
    expect(await claim(again)).toEqual([])
    clock.turn(5_000)
    const claims = await claim(again)
    expect(claims).toMatchObject([
      { seq: 1, attempt: 2 },
      { seq: 2, attempt: 1 },
    ])
    expect([...claims[0]!.checkpoint!]).toEqual([4, 5])
  })

  test('judges what expired while it was closed', async () => {
    const clock = new TestClock()
    const store = await stores.open({ clock })
    await store.enqueue([newTask({ expiresAtMs: clock.wallMs() + 10 }), newTask()])
    await store.close()
    clock.turn(10)
    const again = stores.store({ clock })
    const judged = Promise.withResolvers<readonly Verdict[]>()
    again.onVerdict(judged.resolve)
    await again.open()
    expect(await judged.promise).toMatchObject([{ why: 'expired', claim: { seq: 1 } }])
    expect(seqsOf(await claim(again))).toEqual([2])
  })

  test('keeps tasks nobody serves on a shelf until somebody does', async () => {
    const store = await stores.open()
    await store.enqueue([newTask({ type: 'gone' }), newTask()])
    await store.close()
    let served = false
    const again = await stores.open({ serves: (type) => type !== 'gone' || served })
    expect(again.depth()).toMatchObject({ unserved: 1, ready: { batch: 1 } })
    expect(await again.get('o_1')).toMatchObject({ state: 'unserved' })
    served = true
    again.reconsider()
    expect(seqsOf(await claim(again))).toEqual([2, 1])
  })

  test('is one file of mode 0600 beside its lock', async () => {
    const store = await stores.open()
    await store.enqueue([newTask()])
    for (const suffix of ['', '-wal', '-shm', '.lock', '.owner', '.running'])
      expect(statSync(stores.file(suffix)).mode & 0o777, suffix).toBe(0o600)
    await store.close()
    for (const suffix of ['-wal', '-shm', '.owner', '.running'])
      expect(existsSync(stores.file(suffix)), suffix).toBe(false)
  })

  test('makes its folder if there is none, for its owner alone', async () => {
    const path = `${stores.folder}/a/b/octopus.db`
    await stores.open({ path })
    expect(statSync(`${stores.folder}/a/b`).mode & 0o777).toBe(0o700)
  })

  test('scans only what came after the last opening, and forgets nothing over many', async () => {
    for (let life = 0; life < 5; life++) {
      const store = await stores.open()
      expect(store.opened.pending).toBe(life)
      await store.enqueue([newTask({ payload: `${life}` }), newTask({ priority: 9 })])
      await store.settle([succeeded((await claim(store, 1))[0]!)])
      await store.close()
    }
    const store = await stores.open()
    expect(seqsOf(await claim(store))).toEqual([1, 3, 5, 7, 9])
  })

  test('a flush is acknowledged with what it carried, however much that is', async () => {
    const store = await stores.open()
    const payload = JSON.stringify('x'.repeat(300_000))
    const waves = Array.from({ length: 30 }, () => store.enqueue([newTask({ payload }), newTask()]))
    await Promise.all(waves)
    await store.close()
    const again = await stores.open()
    const claims = await claim(again)
    expect(claims.filter(({ envelope }) => payloadOf(envelope) === payload)).toHaveLength(30)
    expect(claims).toHaveLength(60)
  })
})

describe('a store that was left open', () => {
  test('does not keep its process alive, and has everything', async () => {
    const said = await untilItLeaves(stores.file())
    expect(seqsAfter('s', said)).toHaveLength(6)
    const store = await stores.open()
    expect(store.opened).toMatchObject({ clean: false, pending: 2 })
  })
})

describe('a store whose owner was killed', () => {
  test.for([3, 40, 211, 500])(
    'keeps every acknowledged task and every acknowledged settle (after %i)',
    async (lines) => {
      const said = await killAfter(lines, stores.file())
      const store = await stores.open()
      expect(store.opened.clean).toBe(false)
      const settled = new Set(seqsAfter('s', said))
      for (const seq of seqsAfter('a', said)) {
        const record = await store.get(`o_${seq.toString(36)}`)
        expect(record?.state, `task ${seq}`).toMatch(
          settled.has(seq) ? /succeeded/ : /ready|succeeded/,
        )
      }
      const rerun = seqsOf(await claim(store, 100_000))
      expect(rerun.filter((seq) => settled.has(seq))).toEqual([])
    },
  )

  test.for([20, 150])('keeps every acknowledged retry (after %i)', async (lines) => {
    const said = await killAfter(lines, stores.file(), 'retry')
    const store = await stores.open()
    const retried = seqsAfter('r', said)
    expect(retried.length).toBeGreaterThan(0)
    const claims = new Map(
      (await store.claim('builds', 100_000, everything)).map((claimed) => [claimed.seq, claimed]),
    )
    for (const seq of retried)
      expect(claims.get(seq), `task ${seq}`).toMatchObject({ attempt: 2, attemptsBefore: 1 })
  })

  test.for([230, 290, 380])(
    'goes on in the middle of a graph: parents before children, every task once (after %i)',
    async (lines) => {
      const said = await killAfter(lines, stores.file(), 'graph')
      const store = stores.store()
      const judged: Verdict[] = []
      store.onVerdict((verdicts) => judged.push(...verdicts))
      const opened = await store.open()
      judged.push(...opened.verdicts)
      const ended = new Set<number>()
      for (const { seq, state } of (await store.inspect({ limit: 1_000 })).tasks)
        if (state === 'succeeded' || state === 'failed' || state === 'cancelled') ended.add(seq)
      for (const seq of seqsAfter('s', said)) expect(ended, `task ${seq}`).toContain(seq)
      for (let turns = 0; turns < 1_000 && ended.size < 200; turns++) {
        const { claims, verdicts } = { claims: await claim(store, 4), verdicts: judged.splice(0) }
        for (const claimed of claims) {
          const parents = (await store.get(`o_${claimed.seq.toString(36)}`))!.after
          for (const parent of parents)
            expect((await store.get(parent))!.state, `parent of ${claimed.seq}`).toBe('succeeded')
        }
        const cancelled = verdicts.map((verdict) => failed(verdict.claim, { to: 'cancelled' }))
        const settled = [...claims.map((claimed) => succeeded(claimed)), ...cancelled]
        for (const { seq } of settled) {
          expect(ended, `task ${seq} again`).not.toContain(seq)
          ended.add(seq)
        }
        await store.settle(settled)
        while (store.judging) await new Promise((resolve) => setImmediate(resolve))
      }
      expect(ended.size).toBe(200)
    },
  )

  test('runs what ran then alone, and gives it up after the third time', async () => {
    for (const suspicions of [1, 2]) {
      const said = await killAfter(2, stores.file(), 'die running')
      expect(seqsAfter('w', said)).toEqual([1])
      const db = new DatabaseSync(stores.file(), { readOnly: true })
      const counted = db.prepare('SELECT seq, count FROM suspect').all()
      expect(counted.map(({ seq, count }) => [seq, count])).toEqual(
        suspicions === 1 ? [] : [[1, 1]],
      )
      db.close()
    }
    await killAfter(2, stores.file(), 'die running')
    const store = await stores.open()
    expect(store.opened.verdicts).toMatchObject([{ claim: { seq: 1 }, why: 'quarantined' }])
  })

  test('gives a suspect out alone, one at a time, and clears it when it succeeds', async () => {
    const store = await stores.open()
    await store.enqueue([newTask(), newTask(), newTask(), newTask({ arm: 'builds' })])
    await claim(store)
    const { statusFile } = store.opened
    for (const seq of [1, 2, 4]) new StatusSlot(statusFile!, seq).note(seq, 1)
    await crash(store)
    const again = await stores.open()
    expect(again.opened).toMatchObject({ clean: false, pending: 4, interrupted: 3 })
    const [suspect, ...others] = await claim(again)
    expect(others).toEqual([])
    expect(suspect).toMatchObject({ seq: 1, suspect: true })
    expect(await again.claim('builds', 9, everything)).toEqual([])
    expect(await claim(again)).toMatchObject([{ seq: 3, suspect: false }])
    await again.settle([succeeded(suspect!)])
    expect(await claim(again)).toMatchObject([{ seq: 2, suspect: true }])
    await again.close()
    expect(notes('suspect')).toEqual([2, 4])
    const last = await stores.open()
    expect(last.opened.clean).toBe(true)
    expect(await claim(last)).toMatchObject([{ seq: 2, suspect: true }])
  })

  test('suspects nobody for a slot that an earlier life left, or an attempt that ended', async () => {
    const store = await stores.open()
    await store.enqueue([newTask(), newTask()])
    const [first] = await claim(store)
    new StatusSlot(store.opened.statusFile!, 1).note(1, 1)
    new StatusSlot(store.opened.statusFile!, 2).note(99, 1)
    await store.settle([failed(first!, { to: 'scheduled', delayMs: 0 })])
    await crash(store)
    const again = await stores.open()
    expect(again.opened.interrupted).toBe(0)
    expect(readFileSync(again.opened.statusFile!).every((byte) => byte === 0)).toBe(true)
  })

  test('honours a cancel that was acknowledged, and counts a start that was on record', async () => {
    const store = await stores.open()
    await store.enqueue([newTask(), newTask(), newTask()])
    const claims = await claim(store)
    await store.recordStart(claims.slice(1, 2))
    await store.cancel(['o_1'])
    await crash(store)
    const again = await stores.open()
    expect(again.opened.verdicts).toMatchObject([
      { claim: { seq: 1 }, why: 'cancelled' },
      { claim: { seq: 2, attempt: 1 }, why: 'lost' },
    ])
    await again.settle(again.opened.verdicts.map((verdict) => failed(verdict.claim)))
    await crash(again)
    expect((await stores.open()).opened).toMatchObject({ verdicts: [], pending: 1 })
  })

  test('notes about a task go when it is settled', async () => {
    const store = await stores.open()
    await store.enqueue([newTask(), newTask()])
    const claims = await claim(store)
    await store.recordStart(claims)
    for (const { seq } of claims) await store.checkpoint(seq, 1, Uint8Array.of(1))
    await store.cancel(['o_1', 'o_2'])
    await store.settle(claims.slice(1).map((claimed) => failed(claimed, { to: 'cancelled' })))
    await crash(store)
    for (const table of ['started', 'checkpoint', 'cancel_request'])
      expect(notes(table), table).toEqual([1])
  })

  test('a note that came after its task was settled is gone with the next opening', async () => {
    const store = await stores.open()
    await store.enqueue([newTask()])
    const claims = await claim(store)
    await store.settle(claims.map((claimed) => succeeded(claimed)))
    await store.recordStart(claims)
    await crash(store)
    expect(notes('started')).toEqual([1])
    await crash(await stores.open())
    expect(notes('started')).toEqual([])
  })

  test('a start on record is not held against what a clean close handed back', async () => {
    const store = await stores.open()
    await store.enqueue([newTask()])
    const claims = await claim(store)
    await store.recordStart(claims)
    store.release(claims)
    await store.close()
    await crash(await stores.open())
    const again = await stores.open()
    expect(again.opened).toMatchObject({ verdicts: [], pending: 1 })
    expect(await claim(again)).toMatchObject([{ seq: 1, attempt: 1 }])
  })

  test('remembers a retry that was acknowledged, wherever its task stands in the file', async () => {
    const clock = new TestClock()
    const store = await stores.open({ clock })
    await store.enqueue([newTask({ expiresAtMs: clock.wallMs() + 5 }), newTask(), newTask()])
    const claims = await claim(store, 2)
    await store.settle(claims.map((claimed) => failed(claimed)))
    await store.retry(['o_1'])
    await crash(store)
    clock.turn(10)
    // Now the watermark stands behind all three: what is retried below it is listed.
    const again = await stores.open({ clock })
    expect(await again.retry(['o_1', 'o_2'])).toEqual(['pending', 'retried'])
    expect(await again.enqueue([newTask()])).toMatchObject([{ seq: 4 }])
    await crash(again)
    const last = await stores.open({ clock })
    expect(last.opened).toMatchObject({ pending: 4, verdicts: [] })
    expect(await claim(last)).toMatchObject([
      { seq: 1, attempt: 2, attemptsBefore: 1 },
      { seq: 2, attempt: 2, attemptsBefore: 1 },
      { seq: 3, attempt: 1, attemptsBefore: 0 },
      { seq: 4, attempt: 1 },
    ])
  })

  test('a repeated attempt of a retried run keeps the count of both', async () => {
    const clock = new TestClock()
    const store = await stores.open({ clock })
    await store.enqueue([newTask()])
    await store.settle((await claim(store)).map((claimed) => failed(claimed)))
    await store.retry(['o_1'])
    const again = await claim(store)
    await store.settle(again.map((claimed) => failed(claimed, { to: 'scheduled', delayMs: 1 })))
    await crash(store)
    clock.turn(1)
    const last = await stores.open({ clock })
    expect(await claim(last)).toMatchObject([{ attempt: 3, attemptsBefore: 1 }])
  })

  test('a cancel that came too late does not reach the run after it', async () => {
    const store = await stores.open()
    await store.enqueue([newTask()])
    const claims = await claim(store)
    const settling = store.settle(claims.map((claimed) => failed(claimed)))
    expect(await store.cancel(['o_1'])).toEqual(['running'])
    await settling
    await store.retry(['o_1'])
    await crash(store)
    expect((await stores.open()).opened).toMatchObject({ pending: 1, verdicts: [] })
  })

  test('a start on record counts for its own attempt only', async () => {
    const clock = new TestClock()
    const store = await stores.open({ clock })
    await store.enqueue([newTask()])
    const claims = await claim(store)
    await store.recordStart(claims)
    await store.settle([failed(claims[0]!, { to: 'scheduled', delayMs: 1 })])
    await crash(store)
    expect((await stores.open({ clock })).opened.verdicts).toEqual([])
  })
})

describe('tasks that wait for others, after a crash', () => {
  const states = async (store: TaskStore): Promise<string[]> =>
    (await store.inspect({})).tasks.map(({ id, state }) => `${id} ${state}`)

  test('wait on for what had not ended, and run where it had', async () => {
    const store = await stores.open()
    await store.enqueue([
      newTask({ id: 'a' }),
      newTask({ id: 'b' }),
      newTask({ id: 'c', after: ['a'], level: 7 }),
      newTask({ id: 'd', after: ['a', 'b'] }),
      newTask({ id: 'e', after: ['d'] }),
    ])
    await store.settle([succeeded((await claim(store, 1))[0]!)])
    await crash(store)
    const again = await stores.open()
    expect(again.opened).toMatchObject({ pending: 4, verdicts: [] })
    expect(await states(again)).toEqual([
      'a succeeded',
      'b ready',
      'c ready',
      'd blocked',
      'e blocked',
    ])
    await again.settle([succeeded((await claim(again)).find(({ seq }) => seq === 2)!)])
    expect(await claim(again)).toMatchObject([{ seq: 4 }])
  })

  test('read what their parents left before it', async () => {
    const store = await stores.open()
    await store.enqueue([newTask({ id: 'a' }), newTask({ id: 'b', after: ['a'] })])
    await store.settle([succeeded((await claim(store))[0]!, '"left"')])
    await crash(store)
    const [child] = await claim(await stores.open())
    expect(decodeParentResults(child!.parents!)).toMatchObject({
      kind: 'whole',
      results: [{ id: 'a', result: { binary: false } }],
    })
  })

  test('are judged where a parent had failed and its owner died before it could say so', async () => {
    const store = await stores.open()
    await store.enqueue([
      newTask({ id: 'a' }),
      newTask({ id: 'b', after: ['a'] }),
      newTask({ id: 'c', after: ['b'], onFailure: 'fail' }),
      newTask({ id: 'd', after: ['a'], onFailure: 'run' }),
    ])
    await store.settle([failed((await claim(store, 1))[0]!)])
    await crash(store)
    const again = await stores.open()
    expect(again.opened.verdicts).toMatchObject([
      { claim: { seq: 2 }, why: 'skipped', root: 'a' },
      { claim: { seq: 3 }, why: 'parent-failed', root: 'a' },
    ])
    expect(await claim(again)).toMatchObject([{ seq: 4 }])
  })

  test('wait on for a retry of what had failed', async () => {
    const store = await stores.open()
    const judged = Promise.withResolvers<readonly Verdict[]>()
    store.onVerdict(judged.resolve)
    await store.enqueue([newTask({ id: 'a' }), newTask({ id: 'b', after: ['a'] })])
    await store.settle([failed((await claim(store, 1))[0]!)])
    await store.settle((await judged.promise).map((verdict) => failed(verdict.claim)))
    await store.retry(['b'])
    await crash(store)
    const again = await stores.open()
    expect(again.opened).toMatchObject({ pending: 1, verdicts: [] })
    expect(await states(again)).toEqual(['a failed', 'b blocked'])
    await again.retry(['a'])
    await crash(again)
    const last = await stores.open()
    await last.settle([succeeded((await claim(last))[0]!)])
    expect(await claim(last)).toMatchObject([{ seq: 2, attempt: 2 }])
  })

  test('leave no row behind when they are settled', async () => {
    const store = await stores.open()
    await store.enqueue([newTask({ id: 'a' }), newTask({ after: ['a'], level: 3 })])
    for (let task = 0; task < 2; task++) await store.settle([succeeded((await claim(store))[0]!)])
    await store.close()
    const db = new DatabaseSync(stores.file(), { readOnly: true })
    for (const table of ['dependency', 'level'])
      expect(db.prepare(`SELECT count(*) AS n FROM ${table}`).get(), table).toEqual({ n: 0 })
    db.close()
  })

  test('a store of an earlier version learns to keep them', async () => {
    const store = await stores.open()
    await store.enqueue([newTask({ id: 'a' })])
    await store.close()
    const db = new DatabaseSync(stores.file())
    db.exec('DROP TABLE dependency; DROP TABLE level; PRAGMA user_version = 1')
    db.close()
    const again = await stores.open()
    expect(await again.enqueue([newTask({ after: ['a'] })])).toMatchObject([{ kind: 'created' }])
  })
})

/** The tasks that a table of notes speaks of. */
function notes(table: string): unknown[] {
  const db = new DatabaseSync(stores.file(), { readOnly: true })
  const rows = db.prepare(`SELECT seq FROM ${table} ORDER BY seq`).all()
  db.close()
  return rows.map((row) => row['seq'])
}

/** Everything of the process is gone, nothing of the file: as a copy taken while it was open. */
async function crash(store: TaskStore): Promise<void> {
  const { copyFileSync, renameSync } = await import('node:fs')
  const kept = ['', '-wal', '.running']
  for (const suffix of kept) copyFileSync(stores.file(suffix), stores.file(`.crashed${suffix}`))
  await store.close()
  for (const suffix of kept) renameSync(stores.file(`.crashed${suffix}`), stores.file(suffix))
}
