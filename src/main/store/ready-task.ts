/** A task that may be claimed, as its place in the order keeps it. */
export interface ReadyTask {
  readonly seq: number
  readonly typeIndex: number
  /** Monotonic ms. */
  readonly readyAtMs: number
}
