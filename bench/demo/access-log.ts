/** Web server logs in the combined format, as like real ones as compression cares. The same seed gives the same bytes. */
export function* accessLog(seed: number): Generator<string, never> {
  const random = seededRandom(seed)
  for (let second = 0; ; second += random() < 0.3 ? 1 : 0) yield line(second, random)
}

const DAYS_MAX = 28
const METHODS = ['GET', 'GET', 'GET', 'GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE', 'HEAD']
const PATHS = [
  '/',
  '/search',
  '/api/items',
  '/api/orders',
  '/api/users',
  '/static/app.js',
  '/login',
]
const STATUSES = [200, 200, 200, 200, 200, 200, 200, 304, 302, 404, 500]
const AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Safari/605.1.15',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/141.0.0.0 Safari/537.36',
  'curl/8.14.1',
]

function line(second: number, random: () => number): string {
  const query = random() < 0.5 ? '' : `?id=${whole(random, 1e6)}&page=${whole(random, 40)}`
  const request = `${pick(METHODS, random)} ${pick(PATHS, random)}${query} HTTP/1.1`
  const answer = `${pick(STATUSES, random)} ${whole(random, 60_000)}`
  const client = `10.${whole(random, 256)}.${whole(random, 256)}.${whole(random, 256)}`
  return `${client} - - [${time(second)}] "${request}" ${answer} "-" "${pick(AGENTS, random)}"\n`
}

function time(second: number): string {
  const day = (Math.floor(second / 86_400) % DAYS_MAX) + 1
  const [h, m, s] = [Math.floor(second / 3_600) % 24, Math.floor(second / 60) % 60, second % 60]
  return `${two(day)}/Nov/2026:${two(h)}:${two(m)}:${two(s)} +0000`
}

function two(value: number): string {
  return value < 10 ? `0${value}` : `${value}`
}

function whole(random: () => number, below: number): number {
  return Math.floor(random() * below)
}

function pick<T>(list: readonly T[], random: () => number): T | undefined {
  return list[whole(random, list.length)]
}

/** In [0, 1). Mulberry32 by Tommy Ettinger: 32 bits of state are plenty for text. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), 1 | state)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) / 4_294_967_296
  }
}
