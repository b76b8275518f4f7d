import type { EngineEvent } from '../trace/observe.ts'

/** What the engine of another process tells, and what becomes of its owner. */
export type RemoteEvent =
  | EngineEvent
  /** The owner left; another is looked for. What happens meanwhile is not seen. */
  | { readonly kind: 'owner.lost'; readonly pid: number }
  | { readonly kind: 'owner.found'; readonly pid: number }
  /** No other came in time, or the connection was closed: nothing follows. */
  | { readonly kind: 'owner.gone'; readonly error: unknown }

export interface WatchOptions {
  /** Only these; the others cost nothing. Default: all. */
  readonly kinds?: readonly EngineEvent['kind'][]
}
