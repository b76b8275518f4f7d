import { spinFor } from './tasks.ts'

/** The same work for a bare Piscina pool. */
export default function raw(task: { readonly us: number } | null): null {
  return task === null ? null : spinFor(task.us)
}
