import { CycleError, unknownParent } from './dependencies.ts'

/** What this needs of a task: its name, and the names of those it waits for. */
export interface Dependent {
  readonly id?: string | undefined
  readonly after?: readonly string[] | undefined
}

export interface DependencyOrder {
  /** Indexes of the items, parents before children; what need not move stays where it was. */
  readonly order: readonly number[]
  /** By the item's index: tasks of the longest chain behind it. 0 for one that nobody waits for. */
  readonly levels: readonly number[]
}

/**
 * Orders tasks so that each comes after those it waits for, and ranks them by the longest chain that waits for each
 * ("highest level first with estimated times", all times alike: Adam, Chandy and Dickson 1974).
 *
 * @param isAccepted is there a task of that id already, which is none of the items?
 * @throws OctopusError E_CYCLE naming the chain, E_UNKNOWN_TASK for an id that is neither among the items nor accepted
 */
export function dependencyOrder(
  items: readonly Dependent[],
  isAccepted: (id: string) => boolean = () => false,
): DependencyOrder {
  const parents = parentIndexes(items, isAccepted)
  const order = parentsFirst(items, parents)
  const levels = items.map(() => 0)
  for (const child of order.toReversed())
    for (const parent of parents[child] ?? [])
      levels[parent] = Math.max(levels[parent] ?? 0, (levels[child] ?? 0) + 1)
  return { order, levels }
}

/** Ids that items wait for and that none of them has. */
export function outsideIds(items: readonly Dependent[]): readonly string[] {
  const own = new Set(items.map(({ id }) => id))
  return [...new Set(items.flatMap(({ after = [] }) => after))].filter((id) => !own.has(id))
}

function parentIndexes(
  items: readonly Dependent[],
  isAccepted: (id: string) => boolean,
): readonly (readonly number[])[] {
  const indexes = new Map<string, number>()
  // The same id again is the same task: the first stands for it.
  for (const [at, { id }] of items.entries())
    if (id !== undefined && !indexes.has(id)) indexes.set(id, at)
  return items.map(({ after = NOBODY }, at) =>
    after.flatMap((parent) => {
      const index = indexes.get(parent)
      if (index === undefined && !isAccepted(parent)) throw unknownParent(parent, nameOf(items, at))
      return index ?? []
    }),
  )
}

const UNSEEN = 0
const OPEN = 1
const PLACED = 2

/** Depth first, without recursion: a chain may be as long as the list. */
function parentsFirst(
  items: readonly Dependent[],
  parents: readonly (readonly number[])[],
): readonly number[] {
  const order: number[] = []
  const marks = new Uint8Array(items.length)
  const nextParent = new Uint32Array(items.length)
  const path: number[] = []
  for (const start of items.keys()) {
    if (marks[start] === UNSEEN) path.push(start)
    for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
      marks[at] = OPEN
      const parent = parents[at]?.[nextParent[at] ?? 0]
      if (parent === undefined) {
        marks[at] = PLACED
        order.push(at)
        path.pop()
        continue
      }
      nextParent[at] = (nextParent[at] ?? 0) + 1
      if (marks[parent] === UNSEEN) path.push(parent)
      else if (marks[parent] === OPEN) throw cycle(items, path, parent)
    }
  }
  return order
}

function cycle(items: readonly Dependent[], path: readonly number[], parent: number): Error {
  const chain = [...path.slice(path.indexOf(parent)), parent]
  return new CycleError(chain.map((at) => nameOf(items, at)))
}

function nameOf(items: readonly Dependent[], at: number): string {
  return items[at]?.id ?? `task ${at}`
}

const NOBODY: readonly string[] = []
