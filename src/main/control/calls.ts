import type { Cancel, Clock } from '../../protocol/clock.ts'
import type { Answer, AnswerBody, RequestBody } from '../../protocol/control-frame.ts'
import { OctopusError } from '../../protocol/errors.ts'
import type { OwnerFinder } from './find-owner.ts'
import type { Line } from './line.ts'

/** Between two looks for an owner: doubled from the first to the second. */
const LOOK_MS_MIN = 5
const LOOK_MS_MAX = 200

/** Something asked that is not answered for good. */
export interface Call {
  readonly body: RequestBody
  /** Does the process wait for it? */
  readonly holds: boolean
  /** An answer, or the fault that is one. True: that was all. */
  heard(answer: AnswerBody): boolean
  /** There is nobody to answer. */
  failed(error: unknown): void
  /** The owner is gone, another is looked for. */
  lost?(): void
  /** Another owner was found, and was asked. */
  found?(): void
}

/**
 * What one client has asked, over whichever connection is there. An owner that leaves takes none of it along: its successor
 * is looked for until `patienceMs` is over and asked everything that has no answer yet, in the order it was asked.
 *
 * ```
 *   resting ──a call──▶ looking ──greeted──▶ connected ──the owner left, calls open──▶ looking
 *      ▲                   └── patience over: every call fails ──▶ resting
 *      └────────────────────────── the owner left, no call open ──────┘
 * ```
 */
export class Calls {
  readonly #finder: OwnerFinder
  readonly #clock: Clock
  readonly #patienceMs: number
  readonly #open = new Map<number, Call>()
  #last = 0
  /** Open calls that the process waits for. */
  #held = 0
  #line: Line | undefined
  #looking: Promise<Line> | undefined
  #pause: { readonly cancel: Cancel; readonly wake: () => void } | undefined
  #closed = false

  constructor(finder: OwnerFinder, clock: Clock, patienceMs: number) {
    this.#finder = finder
    this.#clock = clock
    this.#patienceMs = patienceMs
  }

  get line(): Line | undefined {
    return this.#line
  }

  /** Looks for the owner this long. @throws OctopusError E_NO_STORE, E_NO_OWNER, E_SOCKET_FOREIGN, E_SOCKET_VERSION */
  connect(patienceMs: number): Promise<Line> {
    if (this.#closed) return Promise.reject(closedError())
    if (this.#line !== undefined) return Promise.resolve(this.#line)
    this.#looking ??= this.#look(patienceMs).finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  /** Returns the number of the call, for `stop`. */
  start(call: Call): number {
    if (this.#closed) {
      call.failed(closedError())
      return 0
    }
    const number = ++this.#last
    this.#open.set(number, call)
    if (call.holds) this.#held += 1
    if (this.#line === undefined) this.#find()
    else this.#send(number, call)
    return number
  }

  /** The one answer, be it a fault. */
  ask(body: RequestBody): Promise<AnswerBody> {
    return new Promise((resolve, reject) => {
      this.start({
        body,
        holds: true,
        heard(answer) {
          resolve(answer)
          return true
        },
        failed: reject,
      })
    })
  }

  stop(number: number): void {
    if (!this.#open.has(number)) return
    this.#line?.send({ call: number, kind: 'stop' })
    this.#over(number)
  }

  close(): void {
    this.#closed = true
    this.#pause?.cancel()
    this.#pause?.wake()
    this.#failAll(closedError())
    this.#line?.close()
    this.#line = undefined
  }

  #send(number: number, { body }: Call): void {
    this.#line?.send({ call: number, ...body })
    this.#keepAlive()
  }

  /** In the background: whoever waits hears of it by their call. */
  #find(): void {
    this.connect(this.#patienceMs).catch((error: unknown) => this.#failAll(error))
  }

  async #look(patienceMs: number): Promise<Line> {
    const untilMs = this.#clock.monotonicMs() + patienceMs
    for (let waitMs = LOOK_MS_MIN; ; waitMs = Math.min(2 * waitMs, LOOK_MS_MAX)) {
      try {
        return await this.#greet()
      } catch (error) {
        if (!mayChange(error) || this.#closed) throw error
        if (this.#clock.monotonicMs() + waitMs > untilMs) throw await this.#finder.explain(error)
        await this.#wait(waitMs)
      }
    }
  }

  async #greet(): Promise<Line> {
    if (this.#closed) throw closedError()
    const line = await this.#finder.connect({
      answer: (answer) => this.#heard(answer),
      ended: () => this.#ended(),
    })
    if (this.#closed) {
      line.close()
      throw closedError()
    }
    this.#line = line
    for (const [number, call] of this.#open) {
      this.#send(number, call)
      call.found?.()
    }
    this.#keepAlive()
    return line
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#pause = { wake: resolve, cancel: this.#clock.after(ms, resolve) }
    })
  }

  #heard({ call: number, ...answer }: Answer): void {
    const call = this.#open.get(number)
    // A closing owner refuses what its successor will take: the call stays open until then.
    if (call === undefined || isLeaving(answer)) return
    if (call.heard(answer)) this.#over(number)
  }

  #ended(): void {
    this.#line = undefined
    if (this.#closed || this.#open.size === 0) return
    for (const [number, call] of this.#open) {
      this.#open.set(number, { ...call, body: forSuccessor(call.body) })
      call.lost?.()
    }
    this.#find()
  }

  #failAll(error: unknown): void {
    const calls = [...this.#open.values()]
    this.#open.clear()
    this.#held = 0
    for (const call of calls) call.failed(error)
  }

  #over(number: number): void {
    const call = this.#open.get(number)
    this.#open.delete(number)
    if (call?.holds === true) this.#held -= 1
    this.#keepAlive()
  }

  #keepAlive(): void {
    this.#line?.keepAlive(this.#held > 0)
  }
}

/** An owner may be about to come, and to make the store; or be too busy to greet. Only another version stays that. */
function mayChange(error: unknown): boolean {
  return error instanceof OctopusError && /^E_(NO_OWNER|NO_STORE|SOCKET_FOREIGN)$/.test(error.code)
}

function isLeaving(answer: AnswerBody): boolean {
  return answer.kind === 'fault' && answer.fault.code === 'E_CLOSED'
}

/** Counts of the owner that left mean nothing to the next. */
function forSuccessor(body: RequestBody): RequestBody {
  return body.kind === 'end' ? { ...body, task: { ...body.task, sinceSettled: -1 } } : body
}

function closedError(): OctopusError {
  return new OctopusError('E_CLOSED', 'this connection is closed', {
    hint: 'What was acknowledged is safe. Connect again to go on.',
  })
}
