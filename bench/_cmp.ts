import { Piscina } from 'piscina'
import { Octopus } from '/work/main/src/main/index.ts'
import { noop } from '/work/main/test/fixtures/tasks.ts'
const octopus = await Octopus.open({ store: 'memory', tasks: '/work/main/test/fixtures/tasks.ts' })
const pool = new Piscina({ filename: '/tmp/raw.mjs', maxThreads: 4, minThreads: 4 })
async function ours(n: number, per: number) { const t = performance.now(); await Promise.all(Array.from({ length: n }, async () => { for (let i = 0; i < per; i++) { const h = await octopus.enqueue(noop, undefined); await h.result() } })); return n * per / (performance.now() - t) * 1000 }
async function raw(n: number, per: number) { const t = performance.now(); await Promise.all(Array.from({ length: n }, async () => { for (let i = 0; i < per; i++) { await pool.run(null) } })); return n * per / (performance.now() - t) * 1000 }
await ours(1024, 50); await raw(1024, 10)
const rs: number[] = []
for (let i = 0; i < 5; i++) { const a = await ours(1024, 150); const b = await raw(1024, 30); rs.push(a / b); console.log(Math.round(a), Math.round(b), (a / b).toFixed(2)) }
// roundtrip
async function rt(f: () => Promise<unknown>, n = 3000) { const xs: number[] = []; for (let i = 0; i < n; i++) { const t = performance.now(); await f(); xs.push((performance.now() - t) * 1000) } xs.sort((a, b) => a - b); return [xs[n / 2 | 0], xs[n * .99 | 0]] }
console.log('rt ours', await rt(async () => { const h = await octopus.enqueue(noop, undefined); await h.result() }), 'raw', await rt(() => pool.run(null)))
await octopus.close(); await pool.destroy()
