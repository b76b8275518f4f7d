import type { Failure } from './outcome.ts'

/** What one export of a module is good for. */
export interface ProbedExport {
  readonly name: string
  readonly kind: 'task' | 'function' | 'other'
}

/**
 * The first thread that loads a user's modules, before main does: one that throws, exits or never finishes loading
 * costs this thread and is named, instead of stopping the engine.
 */
export interface ProbeRequest {
  readonly modules: readonly string[]
}

export type ProbeMessage =
  | { readonly kind: 'loading'; readonly module: string }
  | { readonly kind: 'loaded'; readonly module: string; readonly exports: readonly ProbedExport[] }
  | { readonly kind: 'failed'; readonly module: string; readonly failure: Failure }
