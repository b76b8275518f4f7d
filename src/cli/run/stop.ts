/** Why a run ends before its rows do. */
export type StopReason =
  | 'SIGINT'
  | 'SIGTERM'
  | 'fail-fast'
  | 'deadline'
  | 'stdout closed'
  | 'output failed'
  | 'input failed'

/**
 * The wish to stop.
 *
 * ```
 * going ── request, signal ──▶ stopping (what runs finishes) ── signal ──▶ forced ── signal ──▶ exit at once
 * ```
 *
 * Until `guard` is called nothing has been stored, and a signal ends the process as ever.
 */
export class Stop {
  readonly #stopping = Promise.withResolvers<StopReason>()
  readonly #forced = Promise.withResolvers<void>()
  #reason: StopReason | undefined
  #error: Error | undefined
  #isForced = false

  get reason(): StopReason | undefined {
    return this.#reason
  }

  get isForced(): boolean {
    return this.#isForced
  }

  /** What the command ends with once it has stopped in order: its input or its output failed. */
  get error(): Error | undefined {
    return this.#error
  }

  /** Resolves when the run is to stop. */
  get stopping(): Promise<StopReason> {
    return this.#stopping.promise
  }

  /** Resolves when it is to stop now. */
  get forced(): Promise<void> {
    return this.#forced.promise
  }

  request(reason: StopReason): void {
    if (this.#reason !== undefined) return
    this.#reason = reason
    this.#stopping.resolve(reason)
  }

  fail(reason: 'output failed' | 'input failed', error: Error): void {
    this.#error ??= error
    this.request(reason)
  }

  /** Takes signals from now on; returns the way to let go of them. */
  guard(): () => void {
    const onSignal = (signal: NodeJS.Signals): void =>
      this.#signal(signal === 'SIGTERM' ? signal : 'SIGINT')
    process.on('SIGINT', onSignal)
    process.on('SIGTERM', onSignal)
    return () => {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
    }
  }

  #signal(signal: 'SIGINT' | 'SIGTERM'): void {
    if (this.#isForced) process.exit(signal === 'SIGTERM' ? 143 : 130)
    if (this.#reason === undefined) return this.request(signal)
    // Whoever asked first, a person wants it over: that is what the exit code says.
    if (this.#reason !== 'SIGINT' && this.#reason !== 'SIGTERM') this.#reason = signal
    this.#isForced = true
    this.#forced.resolve()
  }
}
