/**
 * The memory that main and one thread share while a batch runs. It answers, at any moment and after any death of the
 * thread, which tasks have started and how those that ended ended.
 *
 * ```
 * byte 0  CLAIM      Int32   index of the next task to start; the top bit set by main closes the batch
 *      4  PUBLISHED  Int32   bytes of finished reports in the data area
 *      8  THREAD     Int32   worker threadId, 0 until the batch has begun
 *     12  PHASE      Int32   see Phase
 *     16  ABORT      Int32   1 + index of the task that is asked to stop, and from bit 16 on why
 *     24  STARTED    Float64 monotonic ms at which the running task started, or the thread took the batch
 *     32  DATA       length-delimited Reports, appended by the thread alone
 * ```
 *
 * The thread starts task i only if it can move CLAIM from i to i + 1; main closes with one atomic `or` and learns the
 * count of started tasks from the value it replaced. So a task either has started or never will: no third answer.
 */
export const REGION_BYTES = 65_536
export const DATA_OFFSET = 32

const CLAIM = 0
const PUBLISHED = 1
const THREAD = 2
const PHASE = 3
const ABORT = 4
const CLOSED = 0x4000_0000
const REASON_SHIFT = 16
const INDEX_MASK = 0xffff

const ABORT_REASONS = ['cancelled', 'timeout', 'closing'] as const
/** Why a running task is asked to stop. */
export type AbortReason = (typeof ABORT_REASONS)[number]

export const Phase = { waiting: 0, loading: 1, running: 2 } as const

export class Region {
  readonly memory: SharedArrayBuffer
  readonly #cells: Int32Array
  readonly #started: Float64Array
  readonly data: Uint8Array

  constructor(memory = new SharedArrayBuffer(REGION_BYTES)) {
    this.memory = memory
    this.#cells = new Int32Array(memory, 0, 5)
    this.#started = new Float64Array(memory, 24, 1)
    this.data = new Uint8Array(memory, DATA_OFFSET)
  }

  /** Main, before a batch is handed out. */
  reset(): void {
    this.#cells.fill(0)
    this.#started[0] = 0
  }

  /** Thread: it has the batch and loads what it needs, from now on. */
  begin(threadId: number, nowMs: number): void {
    this.#started[0] = nowMs
    this.threadId = threadId
  }

  /** Thread: may task `index` start? False once main has closed the batch. */
  claim(index: number, nowMs: number): boolean {
    this.#started[0] = nowMs
    return Atomics.compareExchange(this.#cells, CLAIM, index, index + 1) === index
  }

  /** Main: nothing starts after this. Returns how many tasks had started. Closing twice is harmless. */
  close(): number {
    return Atomics.or(this.#cells, CLAIM, CLOSED) & ~CLOSED
  }

  /** Either side: how many tasks have started so far. */
  get claimed(): number {
    return Atomics.load(this.#cells, CLAIM) & ~CLOSED
  }

  get closed(): boolean {
    return (Atomics.load(this.#cells, CLAIM) & CLOSED) !== 0
  }

  /** Thread: appends a finished report; false when it does not fit, and must be posted instead. */
  publish(report: Uint8Array): boolean {
    const at = this.room(report.byteLength)
    if (at === undefined) return false
    this.data.set(report, at)
    this.publishUntil(at + report.byteLength)
    return true
  }

  /** Thread: where in `data` a finished report of so many bytes may be written; undefined when it does not fit. */
  room(size: number): number | undefined {
    const at = Atomics.load(this.#cells, PUBLISHED)
    return at + size > this.data.byteLength ? undefined : at
  }

  /** Thread: the report that was written there is whole now. */
  publishUntil(end: number): void {
    Atomics.store(this.#cells, PUBLISHED, end)
  }

  get published(): number {
    return Atomics.load(this.#cells, PUBLISHED)
  }

  get threadId(): number {
    return Atomics.load(this.#cells, THREAD)
  }

  set threadId(id: number) {
    Atomics.store(this.#cells, THREAD, id)
  }

  get phase(): number {
    return Atomics.load(this.#cells, PHASE)
  }

  set phase(phase: number) {
    Atomics.store(this.#cells, PHASE, phase)
  }

  /** Main asks the running task to stop; the thread sees it without a message, even in a loop that polls its signal. */
  abort(index: number, reason: AbortReason): void {
    Atomics.store(this.#cells, ABORT, (ABORT_REASONS.indexOf(reason) << REASON_SHIFT) | (index + 1))
  }

  /** Why the task is asked to stop; undefined while it is not. */
  abortReason(index: number): AbortReason | undefined {
    const cell = Atomics.load(this.#cells, ABORT)
    return (cell & INDEX_MASK) === index + 1 ? ABORT_REASONS[cell >> REASON_SHIFT] : undefined
  }

  /** When the running task started, on the monotonic clock. */
  get startedAtMs(): number {
    return this.#started[0] ?? 0
  }
}
