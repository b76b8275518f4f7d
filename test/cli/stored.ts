import { EmbeddedStore } from '../../src/main/store/embedded.ts'
import { SqliteJournal } from '../../src/main/store/sqlite.ts'
import { systemClock } from '../../src/protocol/clock.ts'
import type { Settlement } from '../../src/main/store/store.ts'
import { everything, failed, newTask, succeeded, type TaskSketch } from '../rig/store.ts'

const MINUTES_3 = 180_000

/** A store whose engine was closed, with a task in every state that a file can tell, accepted three minutes ago. */
export async function storedTasks(path: string): Promise<void> {
  const retention = { ageMs: 1e15, bytesMax: 2 ** 40 }
  const journal = new SqliteJournal({ path, clock: systemClock, retention })
  const store = new EmbeddedStore({ journal, clock: systemClock, serves: everything })
  await store.open()
  const createdAtMs = Date.now() - MINUTES_3
  const named = (id: string, sketch: TaskSketch): TaskSketch => ({ id, createdAtMs, ...sketch })
  await store.enqueue(
    [
      named('night/1', { type: 'resize', payload: '{"file":"a.jpg"}' }),
      named('night/2', { type: 'resize', payload: '{"file":"\\u001b[31mb.jpg"}' }),
      named('night/3', { type: 'resize', payload: '{"file":"c.jpg"}' }),
      named('weekly report of the whole year 2026, all départements', { arm: 'builds' }),
      named('later', { arm: 'cleanup', delayMs: 7_200_000, priority: 5 }),
    ].map(newTask),
  )
  const [first, second] = await store.claim('batch', 2, everything)
  await store.settle([
    { ...timed(succeeded(first!, '{"width":320}')), logs: [LOG] },
    { ...timed(failed(second!, { to: 'scheduled', delayMs: 0 })) },
  ])
  const [third] = await store.claim('batch', 1, everything)
  const again =
    third!.seq === second!.seq ? third! : (await store.claim('batch', 1, everything))[0]!
  await store.settle([{ ...timed(failed(again)), outcome: { kind: 'failed', failure: HEIC } }])
  if (third !== again) store.release([third!])
  await store.cancel(['weekly report of the whole year 2026, all départements'])
  await store.enqueue([
    newTask({ type: 'index', arm: 'analytics', createdAtMs }),
    newTask(
      named('album', { type: 'index', arm: 'analytics', after: ['night/1', 'night/3', 'later'] }),
    ),
  ])
  await store.close()
}

const LOG = { atMs: 0, level: 'warn', text: 'no EXIF\u001b[2J in a.jpg' } as const

const HEIC = {
  reason: 'threw',
  name: 'TypeError',
  message: 'unsupported image format "heic"\u0007',
  code: 'E_FORMAT',
  stack:
    'TypeError: unsupported\n    at decode (file:///project/tasks/resize.ts:41:11)\n    at node:internal/x:1:2',
  cause: { reason: 'threw', name: 'Error', message: 'magic number 0x66747970' },
} as const

function timed(settlement: Settlement): Settlement {
  const waitUs = 2_100
  const runUs = settlement.outcome.kind === 'failed' ? 84_000 : 18_000
  return { ...settlement, times: { ...settlement.times, waitUs, runUs, settledAtMs: Date.now() } }
}
