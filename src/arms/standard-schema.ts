/**
 * The part of Standard Schema v1 (standardschema.dev) that the engine uses, so that a payload schema may come from
 * valibot, zod, arktype or any library that follows it.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

export interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

export type SchemaInput<S> = S extends StandardSchema<infer Input, infer _Output> ? Input : never
export type SchemaOutput<S> = S extends StandardSchema<infer _Input, infer Output> ? Output : never

/** `payload.files[2].name: expected string`: the first few issues as one line. */
export function describeIssues(issues: readonly SchemaIssue[]): string {
  return issues
    .slice(0, 3)
    .map((issue) => `payload${(issue.path ?? []).map(segment).join('')}: ${issue.message}`)
    .join('; ')
}

function segment(part: PropertyKey | { readonly key: PropertyKey }): string {
  const key = typeof part === 'object' ? part.key : part
  return typeof key === 'number' ? `[${key}]` : `.${String(key)}`
}
