import { Piscina } from 'piscina'
async function rt(f: () => Promise<unknown>, n = 4000) { const xs: number[] = []; for (let i = 0; i < n; i++) { const t = performance.now(); await f(); xs.push((performance.now() - t) * 1000) } xs.sort((a, b) => a - b); return [xs[n / 2 | 0], xs[n * .9 | 0], xs[n * .99 | 0]].map(x => x!.toFixed(0)).join(' ') }
for (const max of [1, 4]) for (const atomics of ['sync', 'disabled'] as const) {
  const pool = new Piscina({ filename: '/tmp/raw.mjs', maxThreads: max, minThreads: 0, idleTimeout: 60000, atomics })
  await pool.run(null)
  const sab = new SharedArrayBuffer(65536)
  console.log(max, atomics, 'null', await rt(() => pool.run(null)), '| obj', await rt(() => pool.run({ a: 1, types: [{ type: 'x', module: 'file:///sdsdsd', exportName: 'x' }] })), '| sab', await rt(() => pool.run({ sab })), '| transfer', await rt(() => { const b = new Uint8Array(40); return pool.run({ b }, { transferList: [b.buffer] }) }),
   '| timer', await rt(async () => { const t = setTimeout(() => {}, 10000); await pool.run(null); clearTimeout(t) }))
  await pool.destroy()
}
