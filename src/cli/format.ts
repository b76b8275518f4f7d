/** Numbers, spans and sizes as a person reads them. */

const grouped = new Intl.NumberFormat('en-US')

/** 1,412 */
export function count(value: number): string {
  return grouped.format(value)
}

/** `3 tasks`, `1 task` */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`
}

/** A span with two significant parts: 84 µs, 2.1 ms, 3.4 s, 1m21s, 2h05m. */
export function span(ms: number): string {
  if (ms < 1) return `${Math.round(ms * 1_000)}us`
  if (ms < 999.5) return `${ms < 9.95 ? ms.toFixed(1) : Math.round(ms)}ms`
  const seconds = ms / 1_000
  if (seconds < 59.95) return `${seconds < 9.95 ? seconds.toFixed(1) : Math.round(seconds)}s`
  return longSpan(Math.round(seconds))
}

/** A span in whole seconds: 0s, 10s, 1m21s. */
export function wholeSpan(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  return seconds < 60 ? `${seconds}s` : longSpan(seconds)
}

function longSpan(seconds: number): string {
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}m${pad(seconds % 60)}s`
  return `${Math.floor(minutes / 60)}h${pad(minutes % 60)}m`
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}

/** A moment as it lies from now: `3m ago`, `in 5s`. */
export function fromNow(atMs: number, nowMs: number): string {
  return atMs > nowMs ? `in ${roughSpan(atMs - nowMs)}` : `${roughSpan(nowMs - atMs)} ago`
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
] as const

/** In the largest unit that fits twice, rounded: 5s, 90s, 3m, 2h, 4d. */
export function roughSpan(ms: number): string {
  const [unit, length] = UNITS.find(([, each]) => ms >= 1.95 * each) ?? ['s', 1_000]
  return `${Math.round(ms / length)}${unit}`
}

/** 2026-11-22 17:43:39, where the reader is. */
export function localTime(atMs: number): string {
  const at = new Date(atMs)
  const date = [at.getFullYear(), pad(at.getMonth() + 1), pad(at.getDate())].join('-')
  return `${date} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(pad).join(':')}`
}

/** Per second: 0.8/s, 24.1/s, 442/s, 12.3k/s. */
export function rate(perSecond: number): string {
  if (perSecond >= 9_950) return `${(perSecond / 1_000).toFixed(1)}k/s`
  return `${perSecond >= 99.5 ? count(Math.round(perSecond)) : perSecond.toFixed(1)}/s`
}

/** Whole percent; 100 only when all of it is there. */
export function percent(part: number, whole: number): number {
  return whole === 0 ? 100 : Math.floor((part / whole) * 100)
}

/** A command's argument as a shell takes it back. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
