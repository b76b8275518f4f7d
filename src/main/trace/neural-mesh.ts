import type { AttemptTrace, TaskStore, TraceQuery } from '../store/store.ts'

/** What the engine and hosts remember. A host's own mesh can stand in the place of the engine's. */
export interface NeuralMeshLike {
  remember(trace: unknown): unknown
  recall?(query: TraceQuery): unknown
}

const encoder = new TextEncoder()

/**
 * The engine's memory of attempts. Each attempt's trace is part of its history row in the store, so remembering costs
 * nothing extra and retention is the store's. What hosts add with `remember` is kept beside it.
 */
export class NeuralMesh {
  readonly #store: TaskStore
  readonly #wallMs: () => number
  #host: NeuralMeshLike | undefined
  #hostFailures = 0

  constructor(store: TaskStore, wallMs: () => number) {
    this.#store = store
    this.#wallMs = wallMs
  }

  /** From now on attempts are told to the host's mesh too, and `recall` asks it if it can. */
  standIn(host: NeuralMeshLike | undefined): void {
    this.#host = host
  }

  get hasHost(): boolean {
    return this.#host !== undefined
  }

  /** How often the host's mesh threw; it never breaks a task. */
  get hostFailures(): number {
    return this.#hostFailures
  }

  async remember(trace: Readonly<Record<string, unknown>>): Promise<void> {
    const source = typeof trace['source'] === 'string' ? trace['source'] : 'host'
    const body = encoder.encode(JSON.stringify(trace))
    await this.#store.remember([{ atMs: this.#wallMs(), source, body }])
  }

  async recall(query: TraceQuery = {}): Promise<readonly AttemptTrace[]> {
    return this.#store.recall(query)
  }

  /** An attempt ended: only a host's mesh needs to be told. */
  attempt(trace: AttemptTrace): void {
    try {
      const told = this.#host?.remember(trace)
      if (told instanceof Promise) told.catch(() => this.#hostFailed())
    } catch {
      // The host's mesh is the host's concern; the count is in status().
      this.#hostFailed()
    }
  }

  #hostFailed(): void {
    this.#hostFailures += 1
  }
}
