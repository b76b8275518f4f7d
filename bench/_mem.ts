import { Octopus } from '../src/main/index.ts'
import { noop } from '../test/fixtures/tasks.ts'
const octopus = await Octopus.open({ store: process.argv[2] ?? 'memory', tasks: '/work/main/test/fixtures/tasks.ts' })
const per = Number(process.argv[3] ?? 300), n = Number(process.argv[4] ?? 1024)
async function ours() { const t = performance.now(); const u = process.threadCpuUsage(), pu = process.cpuUsage(); await Promise.all(Array.from({ length: n }, async () => { for (let i = 0; i < per; i++) { const h = await octopus.enqueue(noop, undefined); await h.result() } })); const c = process.threadCpuUsage(u), pc = process.cpuUsage(pu); console.log(Math.round(n * per / (performance.now() - t) * 1000), "/s main cpu us/task, process", ((pc.user + pc.system) / n / per).toFixed(2), ((c.user + c.system) / n / per).toFixed(2)) }
for (let i = 0; i < 5; i++) await ours()
await octopus.close()
