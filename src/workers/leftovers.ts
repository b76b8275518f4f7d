/**
 * What handlers leave behind: timers, sockets, file watchers. One `fetch` keeps a connection on purpose, so a
 * left-over is told once a kind and thread; only growth without end is a leak worth a new thread (main decides).
 */
const told = new Set<string>()
const atBirth = process.getActiveResourcesInfo().length

export function newLeftovers(): string[] {
  const active = process.getActiveResourcesInfo()
  if (active.length <= atBirth) return []
  const fresh = [...new Set(active)].filter((kind) => !OURS.has(kind) && !told.has(kind))
  for (const kind of fresh) told.add(kind)
  return fresh
}

/** Every thread has these: its ports, and the turn that is being waited for. */
const OURS = new Set(['MessagePort', 'Immediate', 'PipeWrap'])
